import { type Document as BsonDocument, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cursorAfter } from '../../../infra/documents/cursor.ts';
import type { Documents, Filter, FindOptions } from '../../../infra/documents/documents.ts';
import { pageQuery } from '../../../infra/documents/mongodb/page.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { collectionsOf, recordCollections } from '../../../projections/runner/view-records.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { dropDatabase, freshDatabase } from '../../engines/mongodb-databases.ts';

const url = engineUrl('DOCUMENTS_URL');
const TENANT = 'tenant-7';
const dates = { $gte: '2026-06-01', $lte: '2026-06-30' };

/**
 * What query-side asks of each collection, and the index that must answer it. Where the list is sorted by the fields of the
 * index behind those compared for equality, MongoDB reads it in order.
 */
const QUERIES: readonly (readonly [collection: string, Filter, FindOptions['sort'], index: readonly string[]])[] = [
  ['bookings', { tenant: TENANT }, [['createdAt', -1]], ['tenant', 'createdAt']],
  ['bookings', { tenant: TENANT }, [['createdAt', 1]], ['tenant', 'createdAt']],
  ['bookings', { tenant: TENANT, status: 'CONFIRMED' }, [['createdAt', -1]], ['tenant', 'status', 'createdAt']],
  ['bookings', { tenant: TENANT, seller: 'user:7' }, [['createdAt', -1]], ['tenant', 'seller', 'createdAt']],
  ['bookings', { tenant: TENANT, productId: 'p7' }, [['createdAt', -1]], ['tenant', 'productId', 'createdAt']],
  ['bookings', { tenant: TENANT, supplierReference: 's7' }, [['createdAt', -1]], ['tenant', 'supplierReference']],
  ['bookings', { tenant: TENANT, resellerReference: 'r7' }, [['createdAt', -1]], ['tenant', 'resellerReference']],
  [
    'bookings',
    { tenant: TENANT, 'departure.localDate': dates },
    [['departure.localDate', 1]],
    ['tenant', 'departure.localDate'],
  ],
  ['departures', { tenant: TENANT }, [['startsAt', 1]], ['tenant', 'startsAt']],
  ['departures', { tenant: TENANT, productId: 'p7', localDate: dates }, [], ['tenant', 'productId', 'localDate']],
  ['departures', { tenant: TENANT, localDate: dates }, [], ['tenant', 'localDate']],
  ['products', { tenant: TENANT }, [['details.internalName', 1]], ['tenant', 'details.internalName']],
  ['products', { tenant: TENANT, published: true }, [], ['tenant', 'published']],
  ['products', { tenant: TENANT, 'details.reference': 'r7' }, [], ['tenant', 'details.reference']],
  ['stays', { tenant: TENANT }, [['terms.arrivalDate', -1]], ['tenant', 'terms.arrivalDate']],
  ['stays', { tenant: TENANT }, [['bookedAt', -1]], ['tenant', 'bookedAt']],
  [
    'stays',
    { tenant: TENANT, status: 'BOOKED' },
    [['terms.arrivalDate', -1]],
    ['tenant', 'status', 'terms.arrivalDate'],
  ],
  [
    'stays',
    { tenant: TENANT, 'terms.hotelId': 'h7' },
    [['terms.arrivalDate', -1]],
    ['tenant', 'terms.hotelId', 'terms.arrivalDate'],
  ],
  ['users', { tenant: TENANT }, [['email', 1]], ['tenant', 'email']],
  ['users', { tenant: TENANT, email: 'e7' }, [['email', 1]], ['tenant', 'email']],
  ['api-keys', { tenant: TENANT }, [['name', 1]], ['tenant', 'name']],
  ['predictions', { tenant: TENANT }, [['predictedAt', -1]], ['tenant', 'predictedAt']],
  ...(['kind', 'model', 'payload.atRisk'] as const).map(
    (field) =>
      [
        'predictions',
        { tenant: TENANT, [field]: field === 'payload.atRisk' ? true : 'churn' },
        [['predictedAt', -1]],
        ['tenant', field, 'predictedAt'],
      ] as const,
  ),
  ['predictions', { tenant: TENANT, subject: 's7' }, [], ['tenant', 'subject']],
  ['models', { tenant: TENANT }, [['name', 1]], ['tenant', 'name']],
  ['models', { updatedAt: { $gte: '2026-06-01' } }, [['updatedAt', 1]], ['updatedAt']],
  ['pricing', { tenant: TENANT, hasRule: true }, [], ['tenant', 'hasRule']],
  ['forecasts-made', { tenant: TENANT }, [], ['tenant']],
  ['cancellation-features', { tenant: TENANT, kind: 'stay', status: 'open' }, [], ['tenant', 'kind', 'status']],
  ['cancellation-features', { tenant: TENANT, status: 'open', date: dates }, [], ['tenant', 'status', 'date']],
  ...['cancellation-outcomes', 'churn-outcomes'].flatMap((view) =>
    ['daily', 'bins'].map(
      (rollup) => [`${view}.${rollup}`, { tenant: TENANT, day: dates }, [], ['tenant', 'day']] as const,
    ),
  ),
  ['customer-interactions', { tenant: TENANT, at: { $gte: '2026-06-01' } }, [['at', 1]], ['tenant', 'at']],
  ['customer-interactions', { tenant: TENANT, customerId: 'c7' }, [['at', -1]], ['tenant', 'customerId', 'at']],
  ['customer-purchases', { tenant: TENANT, customerId: 'c7' }, [['boughtAt', 1]], ['tenant', 'customerId', 'boughtAt']],
  [
    'demand-features.days',
    { tenant: TENANT, subjectKind: 'hotel', subjectId: 'h7', date: dates },
    [],
    ['tenant', 'subjectKind', 'subjectId', 'date'],
  ],
  ['demand-features.subjects', { tenant: TENANT }, [], ['tenant']],
  ...['booking-analytics', 'stay-analytics'].flatMap((view) =>
    ['daily', 'monthly'].flatMap((rollup) => [
      [`${view}.${rollup}`, { tenant: TENANT, period: dates }, [['period', 1]], ['tenant', 'period']] as const,
      [
        `${view}.${rollup}`,
        { tenant: TENANT, subjectId: 'h7' },
        [['period', 1]],
        ['tenant', 'subjectId', 'period'],
      ] as const,
    ]),
  ),
];

/** A name of a collection without its build: `bookings.v1-1.daily` -> `bookings.daily`. */
const plain = (collection: string): string => collection.replace(/\.v\d+-\d+/, '');

describe.runIf(url !== undefined)('the indexes of the views in MongoDB', () => {
  const database = freshDatabase(url ?? '', 'indexes');
  const specs = [
    ...recordCollections,
    ...allProjections.flatMap((projection) => collectionsOf(projection, `${projection.name}.v${projection.version}-1`)),
  ];
  let documents: Documents;
  let client: MongoClient;
  let isRealServer: boolean;

  beforeAll(async () => {
    documents = await openDocuments({ url: database, dataDir: '.' });
    client = await MongoClient.connect(database);
    isRealServer = !('secantusVersion' in (await client.db().command({ buildInfo: 1 })));
    for (const spec of specs) await documents.ensure(spec);
    for (const collection of new Set(QUERIES.map(([name]) => name)))
      await client.db().collection(nameOf(collection)).insertMany(samples());
  });
  afterAll(async () => {
    await documents?.close();
    await client?.close();
    await dropDatabase(database);
  });

  const nameOf = (collection: string): string =>
    specs.find(({ name }) => plain(name) === collection)?.name ?? collection;

  const samples = (): BsonDocument[] =>
    Array.from({ length: 150 }, (_, n) => {
      const at = `2026-${String(1 + (Math.floor(n / 2) % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`;
      const ids = {
        productId: `p${n % 11}`,
        subjectId: `h${n % 11}`,
        email: `e${n}`,
        name: `n${n}`,
        seller: `user:${n % 13}`,
        customerId: `c${n % 11}`,
        subject: `s${n % 11}`,
      };
      const references = { supplierReference: `s${n}`, resellerReference: `r${n}` };
      const times = {
        createdAt: at,
        startsAt: at,
        localDate: at,
        bookedAt: at,
        period: at,
        predictedAt: at,
        updatedAt: at,
        date: at,
        day: at,
        at,
        boughtAt: at,
        departure: { localDate: at },
      };
      const states = { status: n % 3 === 0 ? 'CONFIRMED' : n % 3 === 1 ? 'BOOKED' : 'open', published: n % 2 === 0 };
      const marks = {
        kind: n % 3 === 0 ? 'churn' : 'stay',
        model: n % 3 === 0 ? 'churn' : 'price',
        payload: { atRisk: n % 4 === 0 },
        hasRule: n % 4 === 0,
        subjectKind: 'hotel',
      };
      const details = { internalName: `i${n}`, reference: `r${n}` };
      return {
        ...{
          _id: `d${n}` as never,
          tenant: `tenant-${n % 2 === 0 ? 7 : n % 10}`,
          details,
          terms: { arrivalDate: at, hotelId: `h${n % 11}` },
        },
        ...{ ...ids, ...references, ...times, ...states, ...marks },
      };
    });

  it('are those that the views declare, each with the id behind', async () => {
    let declared = 0;
    for (const { name, indexes } of specs) {
      const keys = (await client.db().collection(name).indexes()).map(({ key }) => Object.keys(key).join());
      for (const { fields } of indexes) expect(keys, name).toContain([...fields, '_id'].join());
      expect(keys, name).toHaveLength(1 + indexes.length);
      declared += indexes.length;
    }
    expect(declared).toBeGreaterThan(20);
  });

  it('have a query in this spec each, so that none is kept for nothing', () => {
    const used = new Set(QUERIES.map(([collection, , , index]) => `${collection}: ${index.join()}`));
    const declared = specs
      .filter(({ name }) => plain(name) !== name)
      .flatMap(({ name, indexes }) => indexes.map(({ fields }) => `${plain(name)}: ${fields.join()}`));
    expect([...used].sort()).toEqual([...declared].sort());
  });

  /** The stages of a plan, outermost first. */
  const stagesOf = (plan: BsonDocument | undefined): BsonDocument[] =>
    plan === undefined
      ? []
      : [plan, ...stagesOf(plan.queryPlan ?? plan.inputStage), ...(plan.inputStages ?? []).flatMap(stagesOf)];

  it.each(QUERIES)('answer a page of %s where %j by %j', async (collection, filter, sort, index) => {
    const name = nameOf(collection);
    const first = { filter, sort: sort ?? [], limit: 5 };
    const [item] = (await documents.find(name, first)).items;
    if (item === undefined) return expect.unreachable('nothing was found');
    // The stand-in scans everything for an $or; only MongoDB can show that a later page begins where the one before ended.
    const pages = isRealServer ? [first, { ...first, after: cursorAfter(first, item, 'd7') }] : [first];
    for (const page of pages) {
      const asked = pageQuery(page);
      const explained = await client
        .db()
        .collection(name)
        .find(asked.filter, { limit: 6 })
        .sort(new Map(asked.sort))
        .explain('queryPlanner');
      const stages = stagesOf(explained.queryPlanner.winningPlan);
      const names = stages.map(({ stage }) => stage);
      expect(names).toContain('IXSCAN');
      expect(names).not.toContain('COLLSCAN');
      const scanned = stages.filter(({ stage }) => stage === 'IXSCAN').map(({ keyPattern }) => Object.keys(keyPattern));
      // All that is compared for equality is found in the index, not by looking at documents.
      const equal = Object.keys(filter).filter((field) => typeof filter[field] !== 'object');
      for (const fields of scanned) expect(fields.slice(0, equal.length).sort()).toEqual([...equal].sort());
      // The stand-in sorts whatever it has found; MongoDB reads in the order of the index.
      const isInOrder =
        (sort ?? []).length > 0 && [...equal, ...(sort ?? []).map(([field]) => field)].join() === index.join();
      if (isRealServer && isInOrder) {
        expect(scanned[0]).toEqual([...index, '_id']);
        expect(names).not.toContain('SORT');
      }
    }
  });
});
