import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { environment } from '../../infra/config/config.ts';
import { importsOf, root, sourceFiles } from './source-files.ts';

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const dockerfile = textOf('infra/deploy/Dockerfile');
/** Instructions, each on one line. */
const lines = dockerfile
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const argumentsOf = (instruction: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));
const finalStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

/** Paths that the image is given, from the root. */
const copied = argumentsOf('COPY')
  .filter((line) => !line.startsWith('--from'))
  .flatMap((line) => line.split(' ').slice(0, -1));
const ignored = textOf('infra/deploy/Dockerfile.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Files and packages that are loaded, sooner or later, when `entry` runs. */
const reachedFrom = (entry: string): { readonly files: readonly string[]; readonly packages: readonly string[] } => {
  const sources = new Map(sourceFiles().map((file) => [file.path, file]));
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const path of files) {
    const file = sources.get(path);
    if (file === undefined) throw new Error(`no file ${path}`);
    for (const { target, ofTypes } of importsOf(file)) {
      if (ofTypes || target.startsWith('node:')) continue;
      if (sources.has(target)) files.add(target);
      else packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target);
    }
  }
  return { files: [...files], packages: [...packages] };
};

describe('the Dockerfile', () => {
  it('is without fault', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('USER 1000:1000', 'USR 1000:1000'))).not.toEqual([]);
  });

  it('builds on a pinned image of a Node that is supported, and keeps compilers out of the last stage', () => {
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } };
    const oldest = Number(/\d+/.exec(engines.node)?.[0]);
    const bases = argumentsOf('FROM').map((line) => line.split(' ')[0] ?? '');
    expect(bases).toHaveLength(2);
    for (const base of bases) {
      expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm(-slim)?$/);
      expect(Number(/:(\d+)/.exec(base)?.[1])).toBeGreaterThanOrEqual(oldest);
    }
    expect(new Set(bases.map((base) => base.replace('-slim', ''))).size).toBe(1);
    expect(bases.at(-1)).toMatch(/-slim$/);
  });

  it('runs as somebody who is not root, as the first process, to be told when to end', () => {
    expect(finalStage.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(finalStage.at(-1)).toBe('CMD ["node", "--import", "tsx", "main.ts"]');
  });

  it('sets variables that the platform reads', () => {
    const names = argumentsOf('ENV').flatMap((line) => [...line.matchAll(/(\w+)=/g)].map(([, name]) => name ?? ''));
    expect(names.filter((name) => name !== 'NODE_ENV' && !(name in environment.shape))).toEqual([]);
  });

  it.each(['main.ts', 'projections/cli.ts'])('holds every file and package that %s loads', (entry) => {
    const { files, packages } = reachedFrom(entry);
    const isCopied = (path: string): boolean => copied.some((from) => path === from || path.startsWith(`${from}/`));
    const isIgnored = (path: string): boolean =>
      path.endsWith('.spec.ts') || ignored.some((line) => path === line || path.startsWith(`${line}/`));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((path) => !isCopied(path) || isIgnored(path))).toEqual([]);
    const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> };
    expect(packages.filter((name) => !(name in dependencies))).toEqual([]);
    expect(dependencies).toHaveProperty('tsx');
  });

  it('copies what is there and not ignored, and nothing else comes near', () => {
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(ignored[0]).toBe('*');
    expect(new Set(copied)).toEqual(
      new Set(ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))),
    );
  });
});
