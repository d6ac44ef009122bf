import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elasticsearch } from '../../../infra/engines/elasticsearch/elasticsearch.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { OverloadedError } from '../../../infra/overloaded-error.ts';
import { ElasticsearchSearch } from '../../../infra/search/elasticsearch/elasticsearch-search.ts';
import type { IndexSchema, SearchDocument } from '../../../infra/search/search.ts';
import { InvalidSearchError, SearchUnavailableError } from '../../../infra/search/search.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { type Asked, type Fault, faultyEngine, tooMany } from './faulty-engine.ts';

const schema: IndexSchema = {
  name: 'tours',
  texts: { title: { boost: 1 } },
  keywords: ['city'],
  numbers: [],
};
const tour = (id: string, title = 'Boat trip', version = 1): { readonly put: SearchDocument } => ({
  put: { id, tenant: 't1', version, texts: { title: { en: title } }, keywords: {}, numbers: {}, source: { id } },
});
const boats = { tenant: 't1', text: 'boat', limit: 50 } as const;
const within = (url: string, prefix: string): string => `${url}?indexPrefix=${prefix}`;

const engine = engineUrl('SEARCH_URL');

describe.runIf(engine !== undefined)('search in Elasticsearch, when it is not well', () => {
  const prefix = `faults-${randomUUID().slice(0, 8)}-`;
  let fault: (asked: Asked) => Fault | undefined;
  let faulty: Awaited<ReturnType<typeof faultyEngine>>;
  let search: ElasticsearchSearch;

  beforeEach(async () => {
    fault = () => undefined;
    faulty = await faultyEngine(engine ?? '', (asked) => fault(asked));
    search = new ElasticsearchSearch(within(faulty.url, prefix), { queryMs: 700, writeMs: 2_000 });
    await search.ensure(schema);
  });
  afterEach(async () => {
    fault = () => undefined;
    await search.drop(schema.name);
    await search.close();
    await faulty.close();
  });

  const isBulk = ({ path }: Asked): boolean => path.includes('_bulk');
  const isSearch = ({ path }: Asked): boolean => path.includes('_search');
  const found = async (): Promise<string> => (await search.query('tours', boats)).hits.map(({ id }) => id).join(' ');
  const linesOf = (body: string): string[] => body.split('\n').filter((line) => line !== '');

  it('writes again what it had no room for: whole requests', async () => {
    let refusals = 0;
    fault = (asked) => {
      if (!isBulk(asked) || refusals === 3) return undefined;
      refusals += 1;
      return refusals === 2
        ? { answer: { status: 503, body: { status: 503, error: { type: 'unavailable' } } } }
        : tooMany;
    };
    await search.write('tours', [tour('a'), tour('b')]);
    expect(refusals).toBe(3);
    expect(await found()).toBe('a b');
  });

  it('writes again what it had no room for: some of the documents, and only these', async () => {
    const sent: string[][] = [];
    fault = (asked) => {
      if (!isBulk(asked)) return undefined;
      const lines = linesOf(asked.body);
      sent.push(lines.filter((_, at) => at % 2 === 0).map((line) => JSON.parse(line).index._id as string));
      if (sent.length > 2) return undefined;
      // The engine takes the first half; for the others it says that its queue is full.
      const taken = Math.ceil(lines.length / 4);
      return {
        body: `${lines.slice(0, 2 * taken).join('\n')}\n`,
        change: (answer) => ({
          errors: true,
          items: [
            ...(answer as { items: object[] }).items,
            ...lines.slice(3 * taken).map(() => ({ index: { status: 429, error: tooMany.answer.body.error } })),
          ],
        }),
      };
    };
    await search.write('tours', [tour('a'), tour('b'), tour('c'), tour('d')]);
    expect(sent).toEqual([['a', 'b', 'c', 'd'], ['c', 'd'], ['d']]);
    expect(await found()).toBe('a b c d');
  });

  it('gives up in time when there is never room, and tells that it may be tried again', async () => {
    let tries = 0;
    fault = (asked) => {
      if (!isBulk(asked) && !isSearch(asked)) return undefined;
      tries += 1;
      return tooMany;
    };
    const began = performance.now();
    await expect(search.write('tours', [tour('a')])).rejects.toThrow(SearchUnavailableError);
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(tries).toBeGreaterThan(3);
    // With waits that double there are few of them.
    expect(tries).toBeLessThan(15);
    const refused = await search.query('tours', boats).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SearchUnavailableError);
    // What the API answers with 503 and Retry-After.
    expect(refused).toBeInstanceOf(OverloadedError);
  });

  it('a document that it refuses is named, and stops no other', async () => {
    fault = (asked) => {
      if (!isBulk(asked)) return undefined;
      // As a field that the mapping lacks would be: the port's own checks let no such document through.
      return { body: asked.body.replace('"id":"b"', '"id":"b","surprise":1'), change: (answer) => answer as object };
    };
    const writing = search.write('tours', [tour('a'), tour('b'), tour('c')]);
    await expect(writing).rejects.toThrow(InvalidSearchError);
    await expect(writing).rejects.toThrow(/^b: .*surprise/);
    expect(await found()).toBe('a c');
  });

  it('a slow or silent engine is not waited for longer than a query may take', async () => {
    await search.write('tours', [tour('a')]);
    fault = (asked) => (isSearch(asked) ? 'silence' : undefined);
    const began = performance.now();
    await expect(search.query('tours', boats)).rejects.toThrow(SearchUnavailableError);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('a connection that is cut is made again', async () => {
    let cuts = 0;
    fault = () => {
      cuts += 1;
      return cuts % 2 === 1 ? 'cut' : undefined;
    };
    await search.write('tours', [tour('a')]);
    expect(await found()).toBe('a');
    expect((await search.getMany('tours', ['a'])).size).toBe(1);
    expect(cuts).toBeGreaterThan(3);
  });

  it('a write whose answer was lost is made once', async () => {
    let lost = false;
    fault = (asked) => {
      if (!isBulk(asked) || lost) return undefined;
      lost = true;
      return { body: asked.body, change: () => 'cut' };
    };
    await search.write('tours', [tour('a', 'Boat', 2)]);
    expect(lost).toBe(true);
    await search.write('tours', [tour('a', 'Old boat', 1)]);
    expect((await search.getMany('tours', ['a'])).get('a')?.texts).toEqual({ title: { en: 'Boat' } });
  });

  it('an index that is dropped while it is written to is not made again', async () => {
    const other = new ElasticsearchSearch(within(engine ?? '', prefix));
    await other.drop('tours');
    await expect(search.write('tours', [tour('a')])).rejects.toThrow(InvalidSearchError);
    expect(await search.query('tours', boats)).toMatchObject({ total: 0 });
    await other.ensure(schema);
    expect(await other.query('tours', boats)).toMatchObject({ total: 0 });
    await other.close();
  });

  it('user and password go to the engine and into no message', async () => {
    const seen = new Set<string | undefined>();
    fault = ({ headers }) => {
      seen.add(headers.authorization);
      return { answer: { status: 401, body: { error: { type: 'security_exception' }, status: 401 } } };
    };
    const { port } = new URL(faulty.url);
    const asking = new ElasticsearchSearch(`http://tours:p%40ss@127.0.0.1:${port}/?indexPrefix=${prefix}`);
    const refused = (await asking.query('tours', boats).catch((error: unknown) => error)) as Error;
    expect([...seen]).toEqual([`Basic ${Buffer.from('tours:p@ss').toString('base64')}`]);
    expect(`${refused.message} ${refused.stack}`).not.toMatch(/p@ss|p%40ss/);
    await asking.close();
  });
});

describe.runIf(engine !== undefined)('search in Elasticsearch, when it is killed', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'elasticsearch-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('has all that was acknowledged when it is back, and goes on by itself', async () => {
    let running = await startEngine(elasticsearch, { dir });
    const search = new ElasticsearchSearch(within(running.url, 'k-'), { queryMs: 15_000, writeMs: 60_000 });
    const hasty = new ElasticsearchSearch(within(running.url, 'k-'), { queryMs: 1_000, writeMs: 1_000 });
    try {
      await search.ensure(schema);
      await search.write(
        'tours',
        Array.from({ length: 30 }, (_, at) => tour(`t${String(at).padStart(2, '0')}`)),
      );
      const paged = { ...boats, limit: 10 };
      const first = await search.query('tours', paged);
      const second = await search.query('tours', { ...paged, after: first.next ?? '' });
      await search.write('tours', [tour('last')]);
      await running.kill();

      const began = performance.now();
      await expect(hasty.query('tours', boats)).rejects.toThrow(SearchUnavailableError);
      expect(performance.now() - began).toBeLessThan(2_000);

      const writing = search.write('tours', [tour('meanwhile')]);
      running = await startEngine(elasticsearch, { dir });
      await writing;
      expect((await search.query('tours', boats)).total).toBe(32);
      // The point in time that the page was of died with the engine.
      const third = await search.query('tours', { ...paged, after: second.next ?? '' });
      const seen = [first, second, third].flatMap(({ hits }) => hits.map(({ id }) => id));
      expect(new Set(seen).size).toBe(30);
    } finally {
      await search.close();
      await hasty.close();
      await running.stop();
    }
  }, 120_000);
});
