import type { Documents } from '../../infra/documents/documents.ts';

export const SERVED_ROWS = 'ml-served-rows';

/** What one process served of a version on one UTC day: rows by bin of each feature, and none of the rows themselves. */
export interface ServedRows {
  readonly tenant: string;
  readonly model: string;
  readonly version: string;
  readonly day: string;
  /** Which process, since its start. */
  readonly writer: string;
  readonly rows: number;
  /** Features with a reference, in the order of `counts`. */
  readonly features: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

export const ensureServedRows = (documents: Documents): Promise<void> =>
  documents.ensure({ name: SERVED_ROWS, indexes: [{ fields: ['day'] }] });

/** Sums over processes and days. Those of another shape, which can't be of the same manifest, are left out. */
export const totalOf = (served: readonly ServedRows[]): ServedRows | undefined => {
  const [first, ...others] = served;
  if (first === undefined) return undefined;
  return others.reduce((sum, next) => (shapeOf(sum) === shapeOf(next) ? added(sum, next) : sum), first);
};

const shapeOf = ({ features, counts }: ServedRows): string =>
  JSON.stringify([features, counts.map((bins) => bins.length)]);

const added = (a: ServedRows, b: ServedRows): ServedRows => ({
  ...a,
  rows: a.rows + b.rows,
  counts: a.counts.map((bins, feature) => bins.map((count, bin) => count + (b.counts[feature]?.[bin] ?? 0))),
});

/** Served rows since a day, of all versions of all tenants. */
export const servedSince = async (documents: Documents, day: string): Promise<readonly ServedRows[]> =>
  (await documents.find<ServedRows>(SERVED_ROWS, { filter: { day: { $gte: day } } })).items;

/** Drops what was served before a day. */
export const dropServedBefore = async (documents: Documents, day: string): Promise<void> => {
  const { items } = await documents.find<ServedRows>(SERVED_ROWS, { filter: { day: { $lt: day } } });
  if (items.length > 0)
    await documents.commit(
      items.map((served) => ({ collection: SERVED_ROWS, id: servedRowsId(served), remove: true as const })),
    );
};

export const servedRowsId = ({
  tenant,
  model,
  version,
  day,
  writer,
}: Pick<ServedRows, 'tenant' | 'model' | 'version' | 'day' | 'writer'>): string =>
  [tenant, model, version, day, writer].join(':');
