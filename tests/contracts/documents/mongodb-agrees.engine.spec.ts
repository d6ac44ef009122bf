import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition, Documents, FindOptions } from '../../../infra/documents/documents.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { dropDatabase, freshDatabase } from '../../engines/mongodb-databases.ts';

const url = engineUrl('DOCUMENTS_URL');

const WORDS = ['', 'A', 'a', 'aa', 'é', 'z', '10', '9', '\u{1f3dd}', '\uffff'];
const word = fc.constantFrom(...WORDS);
const number = fc.constantFrom(-2.5, -1, 0, 0.5, 1, 2, 3_000_000_000);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });

/** Fields by their names, with values of one type each, as the port asks. */
const VALUES = {
  tenant: fc.constantFrom('t', 'u'),
  name: word,
  'at.day': word,
  size: number,
  on: fc.boolean(),
} as const;
type Field = keyof typeof VALUES;
const FIELDS = Object.keys(VALUES) as Field[];

const document = fc.record(
  {
    tenant: VALUES.tenant,
    name: maybe(word),
    at: maybe(fc.record({ day: maybe(word) }, { requiredKeys: [] })),
    size: maybe(number),
    on: maybe(fc.boolean()),
  },
  { requiredKeys: ['tenant'] },
);

const conditionOn = (field: Field): fc.Arbitrary<Condition> => {
  const value = VALUES[field] as fc.Arbitrary<string | number | boolean>;
  const plain = [maybe(value), fc.record({ $ne: maybe(value) }), fc.record({ $exists: fc.boolean() })];
  const among = fc.record({ $in: fc.array(maybe(value), { maxLength: 3 }) });
  if (field === 'on') return fc.oneof(...plain, among) as fc.Arbitrary<Condition>;
  const lower = fc.oneof(fc.record({ $gt: value }), fc.record({ $gte: value }), fc.constant({}));
  const upper = fc.oneof(fc.record({ $lt: value }), fc.record({ $lte: value }));
  const range = fc.tuple(lower, upper).map(([from, to]) => ({ ...from, ...to }));
  return fc.oneof(...plain, among, range, range) as fc.Arbitrary<Condition>;
};

const query: fc.Arbitrary<FindOptions> = fc.record({
  filter: fc
    .subarray(FIELDS, { maxLength: 3 })
    .chain((fields) => fc.tuple(...fields.map((field) => fc.tuple(fc.constant(field), conditionOn(field)))))
    .map((conditions) => Object.fromEntries(conditions)),
  sort: fc
    .shuffledSubarray(FIELDS, { maxLength: 2 })
    .chain((fields) =>
      fc.tuple(...fields.map((field) => fc.tuple(fc.constant(field), fc.constantFrom<1 | -1>(1, -1)))),
    ),
  limit: fc.integer({ min: 1, max: 9 }),
});

describe.runIf(url !== undefined)('documents in MongoDB and embedded ones', () => {
  const database = freshDatabase(url ?? '', 'agrees');
  let dataDir: string;
  let stores: readonly Documents[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'agrees-'));
    stores = [await openDocuments({ dataDir }), await openDocuments({ url: database, dataDir })];
    const made = fc.sample(document, { numRuns: 80, seed: 7 });
    const indexes = [
      { fields: ['tenant', 'name'] },
      { fields: ['tenant', 'at.day', 'name'] },
      { fields: ['tenant', 'size'] },
      { fields: ['on'] },
      { fields: ['name', 'size'] },
    ];
    for (const store of stores) {
      await store.ensure({ name: 'made', indexes });
      await store.commit(
        made.map((put, at) => ({ collection: 'made', id: `${WORDS[at % 10]}-${at}`, put: { ...put, id: at } })),
      );
    }
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await rm(dataDir, { recursive: true, force: true });
    await dropDatabase(database);
  });

  it('find, count and page alike, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(query, async (options) => {
        const [embedded, ours] = await Promise.all(stores.map((store) => everything(store, options)));
        expect(ours).toEqual(embedded);
      }),
      { numRuns: 120, seed: 11 },
    );
  });
});

/** The ids on all pages, page by page, and how many there are. */
const everything = async (store: Documents, options: FindOptions) => {
  const pages: unknown[][] = [];
  let after: string | undefined;
  do {
    const { items, next } = await store.find('made', { ...options, ...(after === undefined ? {} : { after }) });
    pages.push(items.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
  return { pages, count: await store.count('made', options.filter) };
};
