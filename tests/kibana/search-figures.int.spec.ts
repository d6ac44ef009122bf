import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSearch } from '../../infra/search/open-search.ts';
import { type Search, SearchUnavailableError } from '../../infra/search/search.ts';
import {
  createSearchFigures,
  type SearchFigures,
  searchFiguresSchema,
} from '../../query-side/catalogue/search-figures.ts';
import { startQueryApi } from '../query-side/query-api.ts';

let dataDir = '';
let search: Search;
let figures: SearchFigures;
let now = '';
let isDown = false;

/** The embedded engine, made to keep what analysts read, and to be away at will. */
const engine = (embedded: Search): Search =>
  Object.assign(Object.create(embedded) as Search, {
    ensure: ({ readers: _readers, ...schema }: typeof searchFiguresSchema) => embedded.ensure(schema),
    write: (...args: Parameters<Search['write']>) =>
      isDown ? Promise.reject(new SearchUnavailableError('away')) : embedded.write(...args),
    getMany: embedded.getMany.bind(embedded),
    query: embedded.query.bind(embedded),
    close: embedded.close.bind(embedded),
  });

const makeFigures = () => createSearchFigures({ search, clock: () => now, flushMs: 3_600_000, onWarning: () => {} });

beforeEach(async () => {
  now = '2026-07-01T10:00:00.000Z';
  isDown = false;
  dataDir = await mkdtemp(join(tmpdir(), 'search-figures-'));
  search = engine(await openSearch({ dataDir }));
  figures = makeFigures();
});

afterEach(async () => {
  await figures.close();
  await search.close();
  await rm(dataDir, { recursive: true, force: true });
});

const searched = (text: string, over: Partial<Parameters<SearchFigures['record']>[0]> = {}) =>
  figures.record({ tenant: 'andes', text, locale: 'es', hits: 4, milliseconds: 20, ...over });

/** `text result` -> searches, of all processes. */
const counted = async (tenant = 'andes'): Promise<Readonly<Record<string, number>>> => {
  const { hits } = await search.query(searchFiguresSchema.name, { tenant, limit: 1_000 });
  const documents = await search.getMany(
    searchFiguresSchema.name,
    hits.map(({ id }) => id),
  );
  const counts: Record<string, number> = {};
  for (const { keywords, numbers } of documents.values()) {
    const key = `${keywords.text?.[0]} ${keywords.result?.[0]}`;
    counts[key] = (counts[key] ?? 0) + (numbers.searches ?? 0);
  }
  return counts;
};

describe('what people search', () => {
  it('is counted by text and result; a text is shown once it is nobody’s own', async () => {
    for (const text of ['Barco', ' barco ', 'BARCO', 'barco  lento', 'barco']) searched(text);
    for (let times = 0; times < 4; times += 1) searched('submarino', { hits: 0 });
    searched('');
    await figures.flush();
    expect(await counted()).toEqual({
      'barco found': 2,
      '(rare) found': 3,
      '(rare) nothing': 2,
      'submarino nothing': 2,
      '(everything) found': 1,
    });
    expect(await counted('globex')).toEqual({});
  });

  it('is added to when more is searched, and over processes', async () => {
    for (let times = 0; times < 3; times += 1) searched('museo');
    await figures.flush();
    searched('museo');
    await figures.close();
    figures = makeFigures();
    for (let times = 0; times < 3; times += 1) searched('museo');
    await figures.flush();
    await figures.flush();
    expect(await counted()).toEqual({ 'museo found': 3, '(rare) found': 4 });
  });

  it('waits while the engine is away, and is written once it is back, also of the day before', async () => {
    for (let times = 0; times < 3; times += 1) searched('volcán', { milliseconds: 900 });
    isDown = true;
    await expect(figures.flush()).rejects.toThrow(SearchUnavailableError);
    now = '2026-07-02T00:10:00.000Z';
    searched('volcán');
    isDown = false;
    await figures.flush();
    // The second day begins to count texts anew.
    expect(await counted()).toEqual({ 'volcán found': 1, '(rare) found': 3 });
    const { hits } = await search.query(searchFiguresSchema.name, { tenant: 'andes', limit: 10 });
    const documents = await search.getMany(
      searchFiguresSchema.name,
      hits.map(({ id }) => id),
    );
    expect([...documents.values()].map(({ numbers }) => [numbers.day, numbers.slow]).toSorted()).toEqual([
      [Date.parse('2026-07-01'), 1],
      [Date.parse('2026-07-01'), 2],
      [Date.parse('2026-07-02'), 0],
    ]);
  });

  it('loses what a full memory has no place for to the rare ones, never the count', async () => {
    for (let text = 0; text < 2_100; text += 1) searched(`text ${text}`);
    for (let times = 0; times < 3; times += 1) searched('text 2099');
    await figures.flush();
    expect(await counted()).toEqual({ '(rare) found': 2_103 });
  });
});

describe('the product search', () => {
  it('tells of each search, but not of further pages and not of what it refuses', async () => {
    const made: unknown[] = [];
    const api = await startQueryApi({ searchFigures: { record: (search) => made.push(search) } });
    await api.get('/v1/search/products?q=Barco&locale=pt');
    await api.get('/v1/search/products?q=Barco&after=nonsense');
    await api.get('/v1/search/products?priceMin=5');
    await api.close();
    expect(made).toEqual([{ tenant: 'acme', text: 'Barco', locale: 'pt', hits: 0, milliseconds: expect.any(Number) }]);
  });
});
