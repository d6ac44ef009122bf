import { z } from 'zod';
import type { Manifest } from '../registry/manifest.ts';
import { InvalidTensorError, type Tensors } from '../serving/model-client.ts';
import { demandTrend } from './demand-trend.ts';

/** Constants that the manifest of a recommender keeps for its consumers. */
const recommenderConstants = z.object({
  /** Product ids by index. */
  products: z.array(z.string()),
  /** Interactions of each in the training data. */
  totals: z.array(z.number()),
  halfLifeDays: z.number().positive(),
  assumed: z.number().nonnegative(),
});
export type RecommenderConstants = z.infer<typeof recommenderConstants>;

/** Constants with the index of each product. */
export interface IndexedConstants extends RecommenderConstants {
  readonly indexOf: ReadonlyMap<string, number>;
}

export const indexed = (constants: RecommenderConstants): IndexedConstants => ({
  ...constants,
  indexOf: new Map(constants.products.map((productId, index) => [productId, index])),
});

/** Lists of 20,000 ids are not checked again for each request. */
const read = new WeakMap<Manifest, IndexedConstants>();

/** The constants of a version. @throws InvalidTensorError naming what its manifest lacks */
export const constantsOf = (manifest: Manifest): IndexedConstants => {
  const known = read.get(manifest);
  if (known !== undefined) return known;
  const { error, data } = recommenderConstants.safeParse(manifest.preprocessing);
  if (error !== undefined) {
    const [issue] = error.issues;
    throw new InvalidTensorError(
      `preprocessing.${issue?.path.join('.')} of ${manifest.name} ${manifest.version}: ${issue?.message}`,
    );
  }
  const constants = indexed(data);
  read.set(manifest, constants);
  return constants;
};

/** One list that is asked for. */
export interface ListAsked {
  /** Products by id with how much each counts. Those that a version does not know are left out. */
  readonly history: ReadonlyMap<string, number>;
  /** Products that must not be in the list. */
  readonly exclude: Iterable<string>;
}

/** The tensors of some lists for a version. @param recent demand of late by product id, see `recentDemand`; it is not changed afterwards */
export const recommenderTensors = (
  constants: IndexedConstants,
  asked: readonly ListAsked[],
  recent: ReadonlyMap<string, number>,
): Tensors => {
  const { products, indexOf } = constants;
  const size = products.length;
  const known = asked.map(({ history, exclude }) => ({
    items: [...history].flatMap(([productId, weight]) => {
      const index = indexOf.get(productId);
      return index === undefined ? [] : [{ index, weight }];
    }),
    exclude: [...new Set(exclude)].flatMap((productId) => indexOf.get(productId) ?? []),
  }));
  const rows = known.length;
  const historyLength = paddedLength(known.map(({ items }) => items.length));
  const excludeLength = paddedLength(known.map(({ exclude }) => exclude.length));
  const items = new BigInt64Array(rows * historyLength).fill(BigInt(size));
  const weights = new Float32Array(rows * historyLength);
  const exclude = new BigInt64Array(rows * excludeLength).fill(BigInt(size));
  const demand = new Float32Array(rows * size);
  const trend = trendOf(constants, recent);
  known.forEach((one, row) => {
    one.items.forEach(({ index, weight }, at) => {
      items[row * historyLength + at] = BigInt(index);
      weights[row * historyLength + at] = weight;
    });
    one.exclude.forEach((index, at) => {
      exclude[row * excludeLength + at] = BigInt(index);
    });
    demand.set(trend, row * size);
  });
  return {
    items: { type: 'int64', dims: [rows, historyLength], data: items },
    weights: { type: 'float32', dims: [rows, historyLength], data: weights },
    exclude: { type: 'int64', dims: [rows, excludeLength], data: exclude },
    demand: { type: 'float32', dims: [rows, size], data: demand },
  };
};

/** A power of two, so that requests of like length can be put together to one batch. */
const paddedLength = (lengths: readonly number[]): number => 2 ** Math.ceil(Math.log2(Math.max(8, ...lengths)));

/** The same demand is asked with again and again, and to look up 20,000 products takes ten times as long as the model does. */
const trends = new WeakMap<ReadonlyMap<string, number>, WeakMap<IndexedConstants, Float32Array>>();

const trendOf = (constants: IndexedConstants, recent: ReadonlyMap<string, number>): Float32Array => {
  const ofRecent = trends.get(recent) ?? new WeakMap<IndexedConstants, Float32Array>();
  trends.set(recent, ofRecent);
  const known = ofRecent.get(constants) ?? demandTrend(recent, constants.products, constants.totals, constants);
  ofRecent.set(constants, known);
  return known;
};
