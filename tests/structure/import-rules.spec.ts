import { describe, expect, it } from 'vitest';
import { importViolations } from './import-rules.ts';
import { importsOf, sourceFiles } from './source-files.ts';

const file = (path: string, text = '') => ({ path, text });

describe('who may import whom', () => {
  it('holds in every file', () => {
    const files = sourceFiles();
    expect(files.length).toBeGreaterThan(100);
    expect(importViolations(files)).toEqual([]);
  });

  const booking = file('contracts/booking.ts');
  const view = file('projections/booking-view.ts');
  const adapter = file('infra/documents/sqlite/store.ts');

  it.each([
    ['contracts', "import { x } from '../infra/http/api.ts';", 'contracts may not import infra'],
    ['infra/http', "import type { V } from '../../projections/booking-view.ts';", 'infra may not import projections'],
    ['command-side', "export { v } from '../projections/booking-view.ts';", 'command-side may not import projections'],
    ['command-side', "import '../query-side/routes.ts';", 'command-side may not import query-side'],
    ['projections', "const a = await import('../command-side/x.ts');", 'projections may not import command-side'],
    ['query-side', "import { s } from '../infra/documents/sqlite/store.ts';", 'only infra/documents/open-*.ts'],
    ['infra/search', "import { s } from '../documents/sqlite/store.ts';", 'only infra/documents/open-*.ts'],
    ['infra/documents', "import { s } from './sqlite/store.ts';", 'only infra/documents/open-*.ts'],
    ['query-side', "import Database from 'better-sqlite3';", 'only an adapter'],
    ['command-side', "import { given } from './story.spec.ts';", 'only tests may import tests'],
  ])('a file in %s with `%s` is refused', (folder, text, reason) => {
    const files = [
      booking,
      view,
      adapter,
      file('infra/http/api.ts'),
      file('query-side/routes.ts'),
      file('command-side/x.ts'),
      file('command-side/story.spec.ts'),
      file(`${folder}/bad.ts`, text),
    ];
    expect(importViolations(files)).toEqual([expect.stringContaining(reason)]);
  });

  it('a cycle is refused, unless an import in it is of types alone', () => {
    const files = [
      file('contracts/a.ts', "import { b } from './b.ts';"),
      file('contracts/b.ts', "import {\n  c,\n} from './c.ts';"),
    ];
    const closing = (text: string) => importViolations([...files, file('contracts/c.ts', text)]);
    expect(closing("import type { A } from './a.ts';")).toEqual([]);
    expect(closing("import { type A, a } from './a.ts';")).toEqual([
      'cycle: contracts/a.ts -> contracts/b.ts -> contracts/c.ts -> contracts/a.ts',
    ]);
  });

  it('what the table allows is not refused', () => {
    const files = [
      booking,
      view,
      adapter,
      file('infra/documents/open-documents.ts', "import { s } from './sqlite/store.ts';"),
      file('infra/documents/sqlite/other.ts', "import D from 'better-sqlite3';\nimport { s } from './store.ts';"),
      file('query-side/q.ts', "import type { V } from '../projections/booking-view.ts';"),
      file('tests/all.spec.ts', "import { s } from '../infra/documents/sqlite/store.ts';"),
      file('main.ts', "import { s } from './infra/documents/sqlite/store.ts';"),
    ];
    expect(importViolations(files)).toEqual([]);
  });

  it('imports are read from the text: static, dynamic, of types, of workers', () => {
    const text = [
      "import a from 'a';",
      "import 'b';",
      "import type { C } from '../c.ts';",
      'import {\n  d,\n  type E,\n} from "./d.ts";',
      "export { f } from './f.ts';",
      "const g = await import('./g.ts');",
      "new Worker(new URL('./h.mjs', import.meta.url));",
      "const text = 'no import from here';",
    ].join('\n');
    expect(importsOf({ path: 'infra/x/y.ts', text }).map(({ target }) => target)).toEqual([
      'a',
      'b',
      'infra/c.ts',
      'infra/x/d.ts',
      'infra/x/f.ts',
      'infra/x/g.ts',
      'infra/x/h.mjs',
    ]);
  });
});
