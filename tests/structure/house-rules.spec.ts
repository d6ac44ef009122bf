import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, root, sourceFiles } from './source-files.ts';

const TOP_FOLDERS = [
  'command-side',
  'contracts',
  'docs',
  'infra',
  'ml',
  'projections',
  'query-side',
  'scripts',
  'terraform',
  'tests',
  'web',
];

const files = sourceFiles();
const thisFile = 'tests/structure/house-rules.spec.ts';

/** Paths of the files that `offends` holds for. */
const offenders = (offends: (text: string, path: string) => boolean): readonly string[] =>
  files.filter(({ path, text }) => path !== thisFile && offends(text, path)).map(({ path }) => path);

describe('the house', () => {
  it('keeps its folders to those of the architecture page', () => {
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^\.|^(node_modules|coverage|bench-results)$/.test(entry.name))
      .map((entry) => entry.name);
    expect(TOP_FOLDERS).toEqual(expect.arrayContaining(folders));
  });

  it('names files in kebab-case, none of them utils, helpers or index', () => {
    expect(offenders((_text, path) => !/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.(ts|mjs)$/.test(basename(path)))).toEqual([]);
    expect(offenders((_text, path) => /(^|\/)(utils?|helpers?|common|misc|index)(\/|\.ts$)/.test(path))).toEqual([]);
  });

  it('has no barrel files: what a file exports it makes itself', () => {
    expect(offenders((text) => /^export \* from /m.test(text))).toEqual([]);
    const statements = (text: string) =>
      text
        .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    expect(
      offenders(
        (text) => statements(text).length > 1 && statements(text).every((part) => /^export [^=]* from '/.test(part)),
      ),
    ).toEqual([]);
  });

  it('keeps files of code at 300 lines at most', () => {
    const long = files
      .filter(({ path }) => !path.startsWith('tests/') && !path.endsWith('.spec.ts'))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 300);
    for (const { path, lines } of long) console.warn(`${path} has ${lines} lines and wants a second look`);
    expect(long.filter(({ lines }) => lines > 500)).toEqual([]);
  });

  it('skips no test and singles none out', () => {
    expect(offenders((text) => /\b(?:it|describe|test)\.(?:skip|only|todo)\b|\bx(?:it|describe)\(/.test(text))).toEqual(
      [],
    );
  });

  it('leaves nothing to do later', () => {
    expect(offenders((text) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text))).toEqual([]);
  });

  it('knows no path of the machine it was written on', () => {
    const texts = [
      ...filesBelow('.', (path) => /\.(ts|mjs|json|md|yml|yaml|sh|tf)$/.test(path)),
      '.ci/run',
      '.env.example',
    ];
    const machinePath = /(?<![\w.])\/(?:home|Users|root|work)\/[\w.-]+/;
    expect(
      texts.filter((path) => path !== thisFile && machinePath.test(readFileSync(join(root, path), 'utf8'))),
    ).toEqual([]);
  });

  it('has a lock file without addresses of a registry, so that any registry can serve it', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toContain('"resolved": "http');
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toContain('omit-lockfile-registry-resolved=true');
  });
});
