import { type Import, importsOf, type SourceFile } from './source-files.ts';

/** Who may import whom: the table of the architecture page, a folder's own files always, a spec also what tests share. `main.ts` and tests/ may import all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  infra: ['contracts'],
  'command-side': ['contracts', 'infra'],
  projections: ['contracts', 'infra'],
  ml: ['contracts', 'infra'],
  'query-side': ['contracts', 'infra', 'projections', 'ml'],
  web: ['contracts'],
  scripts: [],
};

/** Packages that talk to an engine: only adapters know them. */
const ENGINE_PACKAGES = [
  'better-sqlite3',
  'kafkajs',
  '@eventstore/db-client',
  'mongodb',
  '@elastic/elasticsearch',
  'bullmq',
  'ioredis',
];

const isTest = (path: string): boolean => path.startsWith('tests/') || path.endsWith('.spec.ts');

const topOf = (path: string): string => path.split('/')[0] ?? '';

/** Starts the engines and runs nothing on them: no port, though engines have folders there. */
const ENGINES = 'infra/engines/';

/** `infra/<port>/<adapter>/…` -> `infra/<port>/<adapter>`; undefined for what is no adapter. */
const adapterOf = (path: string): string | undefined =>
  path.startsWith(ENGINES) ? undefined : /^infra\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];

/** Each import that breaks a rule, in words; empty where all hold. */
export const importViolations = (files: readonly SourceFile[]): readonly string[] => {
  const ours = new Set(files.map((file) => file.path));
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const edges = [...graph].flatMap(([from, imports]) => imports.map(({ target }) => [from, target] as const));
  return [
    ...edges.flatMap(([from, to]) => (ours.has(to) ? ownViolation(from, to) : packageViolation(from, to))),
    ...cycles(graph).map((cycle) => `cycle: ${cycle.join(' -> ')}`),
  ];
};

const ownViolation = (from: string, to: string): readonly string[] => {
  if (from === 'main.ts' || topOf(from) === 'tests') return [];
  const allowed = [topOf(from), ...(MAY_IMPORT[topOf(from)] ?? []), ...(isTest(from) ? ['tests'] : [])];
  if (!allowed.includes(topOf(to))) return [`${from} imports ${to}: ${topOf(from)} may not import ${topOf(to)}`];
  if (isTest(to) && !isTest(from)) return [`${from} imports ${to}: only tests may import tests`];
  return adapterViolation(from, to);
};

/** An adapter is known to its own files and to its port's factory, `infra/<port>/open-….ts`. */
const adapterViolation = (from: string, to: string): readonly string[] => {
  const adapter = adapterOf(to);
  if (adapter === undefined || adapter === adapterOf(from) || isTest(from)) return [];
  const port = adapter.slice(0, adapter.lastIndexOf('/'));
  if (from.startsWith(`${port}/open-`)) return [];
  return [`${from} imports ${to}: only ${port}/open-*.ts may import the adapter ${adapter}`];
};

const packageViolation = (from: string, name: string): readonly string[] => {
  if (!ENGINE_PACKAGES.includes(name) || isTest(from) || adapterOf(from) !== undefined) return [];
  if (from.startsWith(ENGINES)) return [];
  return [`${from} imports ${name}: only an adapter under infra/<port>/ may`];
};

/**
 * One cycle for each import that closes one (depth first). Imports of types alone do not count: they are gone when the
 * code runs, so nothing can be met half-made.
 */
const cycles = (graph: ReadonlyMap<string, readonly Import[]>): readonly (readonly string[])[] => {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at !== -1) {
      found.push([...path.slice(at), file]);
      return;
    }
    path.push(file);
    for (const { target, ofTypes } of graph.get(file) ?? []) if (!ofTypes) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
};
