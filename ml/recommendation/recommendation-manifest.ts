import { hash } from 'node:crypto';
import { type Manifest, manifest } from '../registry/manifest.ts';
import type { Tensors } from '../serving/model-client.ts';
import type { CustomerInteraction } from './interaction-matrix.ts';
import { recommenderInputs, recommenderOutputs } from './recommendation-onnx.ts';
import type { RecommenderConstants } from './recommender-inputs.ts';

/** SHA-256 of a training set, whatever order it came in. */
const hashOf = (interactions: readonly CustomerInteraction[]): string =>
  hash(
    'sha256',
    interactions
      .map(({ customerId, productId, kind, at }) => `${customerId}\0${productId}\0${kind}\0${at}`)
      .sort()
      .join('\n'),
  );

/** What the platform has to know of a recommender; golden samples are added once the model has run. */
export const recommendationManifest = (
  version: string,
  learnedFrom: readonly CustomerInteraction[],
  constants: RecommenderConstants,
  metrics: Readonly<Record<string, number>>,
  golden: Manifest['golden'],
): Manifest => {
  const days = learnedFrom.map(({ at }) => at.slice(0, 10)).sort();
  const size = constants.products.length;
  return manifest.parse({
    name: 'recommendation',
    version,
    task: 'recommendation',
    description:
      'Products for a customer, by what other customers of the same products booked. Inputs: the products of the customer by ' +
      'index with their weights, those that must not be listed, and the demand of late of every product.',
    inputs: recommenderInputs(size),
    outputs: recommenderOutputs(size),
    preprocessing: constants,
    training: {
      rows: learnedFrom.length,
      from: days[0],
      until: days.at(-1),
      hash: hashOf(learnedFrom),
      trainer: 'ridge regression on the 100 nearest products',
    },
    metrics,
    golden,
    licence: 'LicenseRef-own-data',
  });
};

/** A golden sample of one request: its best scores, which do not depend on how ties are broken. */
export const goldenOf = (inputs: Tensors, outputs: Tensors): Manifest['golden'][number] => {
  const plain = (tensors: Tensors, names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const tensor = tensors[name];
        return tensor === undefined
          ? []
          : [[name, { dims: [...tensor.dims], data: Array.from<number | bigint, number>(tensor.data, Number) }]];
      }),
    );
  return {
    inputs: plain(inputs, Object.keys(inputs)),
    outputs: plain(outputs, ['top_scores']),
    tolerance: 1e-4,
  };
};
