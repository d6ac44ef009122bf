import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../contracts/errors.ts';
import { importsOf, root, sourceFiles } from './source-files.ts';

/** The rows of every table in a page, without the heads: cells trimmed. */
const rowsOf = (page: string): readonly (readonly string[])[] =>
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    .filter(
      (line, at, lines) => line.startsWith('| ') && !line.startsWith('| ---') && !lines[at + 1]?.startsWith('| ---'),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('docs/errors.md', () => {
  const rows = rowsOf('docs/errors.md');

  it('lists the catalogue, with status and title, and nothing else', () => {
    const documented = rows.map(([code, status, title]) => [code, Number(status), title]).toSorted();
    const catalogued = Object.entries(errorCatalogue)
      .map(([code, { status, title }]) => [code, status, title])
      .toSorted();
    expect(documented).toEqual(catalogued);
  });

  it('says what to do about each', () => {
    for (const [code, , , advice] of rows) expect(advice, code).toMatch(/\w{3}/);
  });

  it('and the catalogue have no code that nothing answers with', () => {
    const texts = sourceFiles()
      .filter(({ path }) => path !== 'contracts/errors.ts' && !path.startsWith('tests/') && !path.endsWith('.spec.ts'))
      .map(({ text }) => text);
    const unused = Object.keys(errorCatalogue).filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
    expect(unused).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];

  it('tells why of every dependency, and of no other', () => {
    const rows = rowsOf('docs/dependencies.md');
    expect(rows.map(([name]) => name).toSorted()).toEqual(names.toSorted());
    for (const [name, why] of rows) expect(why, name).toMatch(/\w{3}/);
  });

  it('has only what is used: imported by name, or a tool of the scripts', () => {
    const tools = ['@biomejs/biome', 'typescript', '@vitest/coverage-v8', 'tsx', 'swagger-ui-dist', '@octocloud/types'];
    const imported = new Set(
      sourceFiles()
        .flatMap(importsOf)
        .map(({ target }) =>
          target
            .split('/')
            .slice(0, target.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
    const used = (name: string) => imported.has(name) || tools.includes(name) || name.startsWith('@types/');
    expect(names.filter((name) => !used(name))).toEqual([]);
  });

  it('has in `dependencies` whatever runs in production', () => {
    const missing = sourceFiles()
      .filter(({ path }) => !path.startsWith('tests/') && !path.endsWith('.spec.ts') && path !== 'vitest.config.ts')
      .flatMap((file) => importsOf(file).filter(({ ofTypes }) => !ofTypes))
      .map(({ target }) =>
        target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/'),
      )
      .filter((name) => Object.hasOwn(manifest.devDependencies, name));
    expect(missing).toEqual([]);
  });
});
