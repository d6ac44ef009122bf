import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Document, Documents, Filter, FindOptions, IndexSpec } from '../../../infra/documents/documents.ts';
import { DuplicateKeyError, InvalidCursorError, InvalidQueryError } from '../../../infra/documents/documents.ts';

/**
 * What every adapter of the documents port must do. `open` is called with an empty folder of its own, and again to reopen it.
 * @param halfCommits readers may see the first half of a commit: a MongoDB without transactions, which production is not.
 */
export const documentsContract = (
  name: string,
  open: (dataDir: string) => Promise<Documents>,
  { halfCommits = false } = {},
): void => {
  describe(`documents: ${name}`, () => {
    let dataDir: string;
    let documents: Documents;

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'documents-'));
      documents = await open(dataDir);
    });
    afterEach(async () => {
      for (const collection of await documents.collections()) await documents.drop(collection);
      await documents.close();
      await rm(dataDir, { recursive: true, force: true });
    });

    const given = async (
      stored: Readonly<Record<string, Document>>,
      indexes: readonly IndexSpec[] = [],
    ): Promise<void> => {
      await documents.ensure({ name: 'tours', indexes });
      await documents.commit(Object.entries(stored).map(([id, put]) => ({ collection: 'tours', id, put })));
    };
    const idsOf = async (options: FindOptions): Promise<unknown[]> =>
      (await documents.find('tours', options)).items.map((document) => (document as Document).id);
    const pages = async (
      options: FindOptions,
      between = async (_page: number): Promise<void> => {},
    ): Promise<unknown[]> => {
      const ids: unknown[] = [];
      let after: string | undefined;
      for (let page = 0; ; page += 1) {
        const found = await documents.find('tours', after === undefined ? options : { ...options, after });
        ids.push(...found.items.map((document) => (document as Document).id));
        if (found.next === undefined) return ids;
        after = found.next;
        await between(page);
      }
    };

    describe('what was put', () => {
      const tour = {
        id: 'a',
        text: 'Excursión “à l’île” 🏝️ \u0000 \\ \' "',
        deep: { list: [1, 'two', { three: null }], float: 1.5, big: 9_007_199_254_740_991, no: false },
      };

      it('is read back as it was, by id, by ids, and until it is removed', async () => {
        await given({ a: tour, b: { id: 'b' } });
        expect(await documents.get('tours', 'a')).toEqual(tour);
        expect(await documents.get('tours', 'c')).toBeUndefined();
        expect([...(await documents.getMany('tours', ['b', 'c', 'a', 'a']))].sort()).toEqual([
          ['a', tour],
          ['b', { id: 'b' }],
        ]);
        await documents.commit([{ collection: 'tours', id: 'a', remove: true }]);
        await documents.commit([{ collection: 'tours', id: 'a', remove: true }]);
        expect(await documents.get('tours', 'a')).toBeUndefined();
        expect(await documents.count('tours')).toBe(1);
      });

      it('replaces the whole document before it, in the order of the writes', async () => {
        await given({ a: { id: 'a', old: true } });
        await documents.commit([
          { collection: 'tours', id: 'a', remove: true },
          { collection: 'tours', id: 'a', put: { id: 'a', first: 1 } },
          { collection: 'tours', id: 'a', put: { id: 'a', second: 2 } },
        ]);
        expect(await documents.get('tours', 'a')).toEqual({ id: 'a', second: 2 });
      });

      it('is there after a reopen, with its indexes', async () => {
        await given({ a: tour }, [{ fields: ['text'], unique: true }]);
        await documents.close();
        documents = await open(dataDir);
        expect(await documents.get('tours', 'a')).toEqual(tour);
        await expect(documents.commit([{ collection: 'tours', id: 'b', put: { text: tour.text } }])).rejects.toThrow(
          DuplicateKeyError,
        );
      });
    });

    describe('collections', () => {
      it('that were never written read as empty', async () => {
        expect(await documents.get('none', 'a')).toBeUndefined();
        expect((await documents.getMany('none', ['a'])).size).toBe(0);
        expect(await documents.find('none', { filter: { a: 1 } })).toEqual({ items: [] });
        expect(await documents.count('none')).toBe(0);
        for await (const _batch of documents.scan('none')) expect.unreachable();
        await documents.drop('none');
      });

      it('begin with their first write, are listed, and go when dropped', async () => {
        await documents.commit([{ collection: 'late', id: 'a', put: { n: 1 } }]);
        await documents.ensure({ name: 'early.v2', indexes: [{ fields: ['n'] }] });
        await documents.ensure({ name: 'early.v2', indexes: [{ fields: ['n'] }, { fields: ['n', 'm'] }] });
        expect([...(await documents.collections())].sort()).toEqual(['early.v2', 'late']);
        await documents.drop('late');
        expect(await documents.collections()).toEqual(['early.v2']);
        expect(await documents.get('late', 'a')).toBeUndefined();
        await documents.commit([{ collection: 'late', id: 'b', put: { n: 2 } }]);
        expect(await documents.count('late')).toBe(1);
      });
    });

    describe('a commit', () => {
      const indexes: IndexSpec[] = [{ fields: ['tenant', 'slug'], unique: true }];

      it('writes to several collections, or to none when one write is refused', async () => {
        await given({ a: { id: 'a', tenant: 't1', slug: 'sea' } }, indexes);
        const refused = documents.commit([
          { collection: 'checkpoints', id: 'tours', put: { position: 7 } },
          { collection: 'tours', id: 'b', put: { id: 'b', tenant: 't1', slug: 'sand' } },
          { collection: 'tours', id: 'c', put: { id: 'c', tenant: 't1', slug: 'sea' } },
        ]);
        await expect(refused).rejects.toThrow(DuplicateKeyError);
        expect(await documents.get('checkpoints', 'tours')).toBeUndefined();
        expect(await documents.count('tours')).toBe(1);
        await documents.commit([
          { collection: 'checkpoints', id: 'tours', put: { position: 7 } },
          { collection: 'tours', id: 'c', put: { id: 'c', tenant: 't2', slug: 'sea' } },
        ]);
        expect(await documents.get('checkpoints', 'tours')).toEqual({ position: 7 });
      });

      it('leaves nothing of a batch with a document that is not JSON, or without an id', async () => {
        const circular: Record<string, unknown> = {};
        circular.self = circular;
        for (const bad of [
          { collection: 'tours', id: 'b', put: circular },
          { collection: 'tours', id: '', put: {} },
        ])
          await expect(documents.commit([{ collection: 'tours', id: 'a', put: {} }, bad])).rejects.toThrow();
        expect(await documents.count('tours')).toBe(0);
      });

      it('frees a unique value with the document that held it; null and missing never collide', async () => {
        await given({ a: { tenant: 't1', slug: 'sea' } }, indexes);
        await documents.commit([
          { collection: 'tours', id: 'a', remove: true },
          { collection: 'tours', id: 'b', put: { tenant: 't1', slug: 'sea' } },
          { collection: 'tours', id: 'c', put: { tenant: 't1' } },
          { collection: 'tours', id: 'd', put: { tenant: 't1' } },
          { collection: 'tours', id: 'e', put: { tenant: 't1', slug: null } },
        ]);
        expect(await documents.count('tours')).toBe(4);
      });
    });

    describe('a filter', () => {
      const stored: Readonly<Record<string, Document>> = {
        a: { id: 'a', pax: 2, on: true, city: 'Lima', hotel: { stars: 5, chain: { name: 'Sol' } } },
        b: { id: 'b', pax: 10, on: false, city: 'Évora', hotel: { stars: 3, chain: null } },
        c: { id: 'c', pax: 2.5, on: true, city: 'lima', hotel: { stars: null } },
        d: { id: 'd', city: null },
        e: { id: 'e', pax: -1, on: false },
      };
      const cases: readonly (readonly [filter: Filter, ids: string])[] = [
        [{}, 'abcde'],
        [{ city: 'Lima' }, 'a'],
        [{ pax: 2 }, 'a'],
        [{ on: true }, 'ac'],
        [{ on: false }, 'be'],
        [{ city: null }, 'de'],
        [{ 'hotel.stars': 5 }, 'a'],
        [{ 'hotel.chain.name': 'Sol' }, 'a'],
        [{ 'hotel.stars': null }, 'cde'],
        [{ pax: { $in: [2, 10, 99] } }, 'ab'],
        [{ city: { $in: ['Lima', null] } }, 'ade'],
        [{ on: { $in: [true] } }, 'ac'],
        [{ pax: { $in: [] } }, ''],
        [{ pax: { $gt: 2 } }, 'bc'],
        [{ pax: { $gte: 2 } }, 'abc'],
        [{ pax: { $lt: 2 } }, 'e'],
        [{ pax: { $lte: 2 } }, 'ae'],
        [{ pax: { $gt: -1, $lt: 10 } }, 'ac'],
        [{ city: { $gte: 'L' } }, 'abc'],
        [{ city: { $gt: 'M', $lte: 'lima' } }, 'c'],
        [{ city: { $lt: 'M' } }, 'a'],
        [{ city: { $gt: 5 } }, ''],
        [{ pax: { $lt: 'z' } }, ''],
        [{ pax: { $ne: 2 } }, 'bcde'],
        [{ city: { $ne: null } }, 'abc'],
        [{ city: { $exists: true } }, 'abcd'],
        [{ city: { $exists: false } }, 'e'],
        [{ 'hotel.chain': { $exists: true } }, 'ab'],
        [{ city: { $exists: true, $ne: 'Lima' } }, 'bcd'],
        [{ on: true, pax: { $gt: 2 } }, 'c'],
        [{ 'nowhere.at.all': 1 }, ''],
      ];

      for (const indexes of [
        [],
        [{ fields: ['pax'] }, { fields: ['city', 'on'] }, { fields: ['hotel.stars'] }, { fields: ['on'] }],
      ])
        it(`finds and counts what matches, with ${indexes.length} indexes`, async () => {
          await given(stored, indexes);
          for (const [filter, ids] of cases) {
            expect((await idsOf({ filter })).join(''), JSON.stringify(filter)).toBe(ids);
            expect(await documents.count('tours', filter), JSON.stringify(filter)).toBe(ids.length);
          }
        });

      it('ends a range with its last value, also where an index goes on behind the field', async () => {
        const months = ['2016-01', '2016-02', '2016-03', '2016-04', null];
        await given(
          Object.fromEntries(months.map((month, at) => [`m${at}`, { id: month, tenant: 't', month, pax: at }])),
          [{ fields: ['tenant', 'month'] }, { fields: ['tenant', 'month', 'pax'] }, { fields: ['tenant', 'pax'] }],
        );
        const found = (condition: Filter) => idsOf({ filter: { tenant: 't', ...condition } });
        expect(await found({ month: { $gte: '2016-02', $lte: '2016-03' } })).toEqual(['2016-02', '2016-03']);
        expect(await found({ month: { $lte: '2016-02' } })).toEqual(['2016-01', '2016-02']);
        expect(await found({ month: { $gt: '2016-01', $lt: '2016-03' } })).toEqual(['2016-02']);
        expect(await found({ pax: { $lte: 1 } })).toEqual(['2016-01', '2016-02']);
        expect(await found({ month: { $lte: '2016-03' }, pax: { $gte: 1, $lte: 2 } })).toEqual(['2016-02', '2016-03']);
      });

      it('takes more values than an engine takes variables', async () => {
        await given(stored);
        const many = Array.from({ length: 40_000 }, (_, at) => `no-${at}`);
        expect(await idsOf({ filter: { city: { $in: [...many, 'Lima'] } } })).toEqual(['a']);
      });

      it('treats values as values, whatever they look like', async () => {
        const hostile = [
          `' OR '1'='1`,
          `"; DROP TABLE c_tours; --`,
          '$where',
          '{"$ne":null}',
          '%',
          '?1',
          '\u0000',
          '$.city',
        ];
        await given(Object.fromEntries(hostile.map((text, at) => [`id-${at}`, { id: at, text }])));
        for (const [at, text] of hostile.entries()) {
          expect(await idsOf({ filter: { text } })).toEqual([at]);
          expect(await idsOf({ filter: { text: { $in: [text] } } })).toEqual([at]);
          expect(await documents.get('tours', text)).toBeUndefined();
        }
        expect(await documents.count('tours')).toBe(hostile.length);
      });

      it('refuses names, operators and values that are none, and harms nothing', async () => {
        await given(stored);
        const path = `city') = 1 OR json_extract(doc,'$.city`;
        const refused: FindOptions[] = [
          { filter: { [path]: 1 } },
          { sort: [[path, 1]] },
          { sort: [['city"; DROP TABLE c_tours; --', 1]] },
          { filter: { $where: 'true' } },
          { filter: { '': 1 } },
          { filter: { 'a..b': 1 } },
          { filter: { ['a.'.repeat(300)]: 1 } },
          { filter: { city: { $regex: '.*' } as never } },
          { filter: { city: { constructor: 1 } as never } },
          { filter: { city: {} } },
          { filter: { city: undefined as never } },
          { filter: { city: ['Lima'] as never } },
          { filter: { city: { $in: 'Lima' as never } } },
          { filter: { city: { $ne: { a: 1 } as never } } },
          { filter: { pax: { $gt: true as never } } },
          { filter: { pax: { $gt: 1, $lt: 'b' } } },
          { filter: { pax: Number.NaN } },
          { filter: { pax: { $exists: 1 as never } } },
          { sort: [['pax', 2 as never]] },
          { limit: 0 },
          { limit: 1.5 },
        ];
        for (const options of refused)
          await expect(documents.find('tours', options), JSON.stringify(options)).rejects.toThrow(InvalidQueryError);
        for (const collection of ['', 'Tours', 'a"b', 'a b', 'x'.repeat(200)]) {
          await expect(documents.find(collection)).rejects.toThrow(InvalidQueryError);
          await expect(documents.commit([{ collection, id: 'a', put: {} }])).rejects.toThrow(InvalidQueryError);
          await expect(documents.ensure({ name: collection, indexes: [] })).rejects.toThrow(InvalidQueryError);
        }
        await expect(documents.ensure({ name: 'tours', indexes: [{ fields: [path] }] })).rejects.toThrow(
          InvalidQueryError,
        );
        expect(await documents.count('tours')).toBe(5);
      });
    });

    describe('sort and pages', () => {
      const stored = Object.fromEntries(
        [
          ['a', 'x', 1],
          ['b', 'y', 1],
          ['c', null, 2],
          ['d', 'x', 2],
          ['e', 'y', null],
          ['f', 'x', 1],
          ['g', undefined, null],
          ['h', 'z', 10],
        ].map(([id, city, pax]) => [id as string, { id, city, pax }]),
      );
      const orders: readonly (readonly [sort: NonNullable<FindOptions['sort']>, ids: string])[] = [
        [[], 'abcdefgh'],
        [[['pax', 1]], 'egabfcdh'],
        [[['pax', -1]], 'hdcfbage'],
        [[['city', 1]], 'cgadfbeh'],
        [[['city', -1]], 'hebfdagc'],
        [
          [
            ['city', 1],
            ['pax', -1],
          ],
          'cgdfabeh',
        ],
        [
          [
            ['city', -1],
            ['pax', 1],
          ],
          'hebafdgc',
        ],
        [
          [
            ['pax', 1],
            ['city', 1],
          ],
          'geafbcdh',
        ],
      ];

      for (const indexes of [[], [{ fields: ['pax'] }, { fields: ['city', 'pax'] }]])
        it(`keep ties, nulls and directions in order on pages of any size, with ${indexes.length} indexes`, async () => {
          await given(stored, indexes);
          for (const [sort, ids] of orders)
            for (const limit of [1, 2, 3, 7, 8, 100])
              expect((await pages({ sort, limit })).join(''), `${JSON.stringify(sort)} by ${limit}`).toBe(ids);
        });

      it('order texts by their bytes and numbers by value', async () => {
        await given({ a: { id: 'é' }, b: { id: 'z' }, c: { id: 'Z' }, d: { id: '10' }, e: { id: '9' } });
        expect(await idsOf({ sort: [['id', 1]] })).toEqual(['10', '9', 'Z', 'z', 'é']);
      });

      it('end with a page without a cursor, also when it is full', async () => {
        await given(stored);
        const first = await documents.find('tours', { limit: 4, filter: { city: { $ne: null } } });
        expect(first.items).toHaveLength(4);
        const second = await documents.find('tours', {
          limit: 2,
          filter: { city: { $ne: null } },
          after: first.next ?? '',
        });
        expect(second.items).toHaveLength(2);
        expect(second).not.toHaveProperty('next');
      });

      it('show each document once while others are put before, behind and removed', async () => {
        await given(
          Object.fromEntries(
            Array.from({ length: 30 }, (_, at) => [`t${at + 10}`, { id: `t${at + 10}`, pax: at % 3 }]),
          ),
          [{ fields: ['pax'] }],
        );
        const seen = await pages({ sort: [['pax', 1]], limit: 4 }, async (page) => {
          await documents.commit([
            { collection: 'tours', id: `new-${page}`, put: { id: `new-${page}`, pax: page % 2 === 0 ? -1 : 99 } },
          ]);
          if (page === 0) await documents.commit([{ collection: 'tours', id: 't19', remove: true }]);
        });
        const old = seen.filter((id) => String(id).startsWith('t'));
        expect(new Set(seen).size).toBe(seen.length);
        expect(new Set(old).size).toBe(old.length);
        expect([29, 30]).toContain(old.length);
        expect(seen).not.toContain('new-0');
        expect(seen).toContain('new-1');
      });

      it('go on behind a document that was removed after its page', async () => {
        await given(stored);
        const first = await documents.find('tours', { sort: [['city', 1]], limit: 4 });
        await documents.commit([{ collection: 'tours', id: 'd', remove: true }]);
        expect(await idsOf({ sort: [['city', 1]], limit: 9, after: first.next ?? '' })).toEqual(['f', 'b', 'e', 'h']);
      });

      it('refuse a cursor of another query or of nobody', async () => {
        await given(stored);
        const options: FindOptions = { filter: { city: 'x', pax: { $gt: 0 } }, sort: [['pax', 1]], limit: 1 };
        const { next = '' } = await documents.find('tours', options);
        expect(next).toMatch(/^[\w-]+$/);
        expect(await idsOf({ ...options, filter: { pax: { $gt: 0 }, city: 'x' }, limit: 5, after: next })).toEqual([
          'f',
          'd',
        ]);
        const wrong: FindOptions[] = [
          { ...options, after: next, filter: { city: 'y', pax: { $gt: 0 } } },
          { ...options, after: next, sort: [['pax', -1] as const] },
          { ...options, after: next, sort: [] },
          { ...options, after: next.slice(0, -4) },
          { ...options, after: '' },
          { ...options, after: 'bm90IGEgY3Vyc29y' },
          { ...options, after: Buffer.from('[1,2]').toString('base64url') },
          { ...options, after: `${next}' OR 1=1` },
        ];
        for (const each of wrong) await expect(documents.find('tours', each)).rejects.toThrow(InvalidCursorError);
        const [hash, id] = JSON.parse(Buffer.from(next, 'base64url').toString()) as unknown[];
        const forged = Buffer.from(JSON.stringify([hash, id, { $gt: '' }])).toString('base64url');
        await expect(documents.find('tours', { ...options, after: forged })).rejects.toThrow(InvalidCursorError);
      });
    });

    it('scans 10,000 documents in id order, once each', async () => {
      const ids = Array.from({ length: 10_000 }, (_, at) => `t-${String((at * 7919) % 10_000).padStart(5, '0')}`);
      await documents.ensure({ name: 'tours', indexes: [] });
      await documents.commit(ids.map((id) => ({ collection: 'tours', id, put: { id } })));
      const scanned: string[] = [];
      for await (const batch of documents.scan('tours'))
        for (const [id, document] of batch) {
          expect((document as Document).id).toBe(id);
          scanned.push(id);
        }
      expect(scanned).toEqual([...ids].sort());
    });

    if (!halfCommits)
      it('shows a reader whole commits only', async () => {
        await given({ a: { n: 0 }, b: { n: 0 } });
        const write = async (): Promise<void> => {
          for (let n = 1; n <= 50; n += 1)
            await documents.commit(['a', 'b'].map((id) => ({ collection: 'tours', id, put: { n } })));
        };
        const read = async (): Promise<void> => {
          for (let at = 0; at < 50; at += 1) {
            const both = [...(await documents.getMany<{ n: number }>('tours', ['a', 'b'])).values()];
            expect(both[0]?.n).toBe(both[1]?.n);
          }
        };
        await Promise.all([write(), read()]);
      });
  });
};
