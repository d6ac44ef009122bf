import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../platform/start-platform.ts';
import { commandBlocks, departures } from './readme-blocks.ts';

const root = new URL('../../', import.meta.url);
const page = new URL('README.md', root);
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)];
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const blocks = commandBlocks(page);
const tour = blocks.filter(({ kind }) => kind === 'sh');

let dataDir: string;
let platform: Platform;
/** What each block printed, in order; fewer than there are blocks where one failed. */
let printed: readonly string[];
let errors: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'readme-'));
  platform = await startPlatform(dataDir);
  // One shell, as a reader has: what a block sets, the next ones use.
  const script = tour.map(({ commands }, at) => `printf '\\n@@ block ${at}\\n'\n${commands}`).join('\n');
  const { stdout, stderr, status } = spawnSync('bash', ['-e', '-c', script], {
    cwd: fileURLToPath(root),
    env: { ...process.env, BASE: platform.origin, DATA_DIR: dataDir },
    encoding: 'utf8',
  });
  errors = `exit code ${status}\n${stderr}`;
  printed = stdout.split(/^@@ block \d+\n/m).slice(1);
});
afterAll(async () => {
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the tour of README.md', () => {
  it('runs to its end as it is printed', () => {
    expect(tour.length).toBeGreaterThan(8);
    expect(errors).toBe('exit code 0\n');
    expect(printed).toHaveLength(tour.length);
  });

  for (const [at, { commands, answer }] of tour.entries()) {
    it(`${at + 1}. gets the answer that is printed to: ${commands.split('\n')[0]}`, () => {
      expect(answer, 'an answer is printed').toBeDefined();
      if (answer !== undefined) expect(departures(answer, printed[at] ?? '')).toEqual([]);
    });
  }
});

describe('the pages', () => {
  it('name only scripts that there are', () => {
    const texts = pages.map((path) => readFileSync(new URL(path, root), 'utf8')).join('\n');
    const named = [...texts.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, own]) => run ?? own,
    );
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(Object.keys(scripts), `npm run ${name}`).toContain(name);
    for (const { kind, commands } of blocks) {
      if (kind === 'sh run-by-ci') expect(commands).toMatch(/^npm (?:run [\w:-]+|start|test)\b.*\n$/);
    }
  });

  it('link only to files that there are', () => {
    for (const path of pages) {
      const text = readFileSync(new URL(path, root), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
        expect(existsSync(new URL(target, new URL(path, root))), `${path} -> ${target}`).toBe(true);
      }
    }
  });

  it('list every folder of the repository that holds something, in README.md', () => {
    const listed = [...readFileSync(page, 'utf8').matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, name]) => name);
    for (const name of listed) expect(existsSync(new URL(`${name}/`, root)), name).toBe(true);
    const held = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^\.|^(?:node_modules|coverage|bench-results)$/.test(entry.name))
      .filter(({ name }) => readdirSync(new URL(`${name}/`, root)).length > 0)
      .map(({ name }) => name);
    expect(listed).toEqual(expect.arrayContaining(held));
  });
});
