import type { Feature } from '../registry/manifest.ts';
import { InvalidTensorError, type TensorData } from '../serving/model-client.ts';

/** A row of features by name. Null and undefined: missing. */
export type FeatureRow = Readonly<Record<string, string | number | null | undefined>>;

/**
 * Rows of named features as the tensor [rows, features] that a model takes, in the order and with the codes of its manifest: the
 * same for training and serving, so that the two cannot part.
 * @throws InvalidTensorError naming the feature and the row of a value that it does not take
 */
export const encodeRows = (features: readonly Feature[], rows: readonly FeatureRow[]): TensorData => {
  const width = features.length;
  const data = new Float32Array(rows.length * width);
  features.forEach((feature, column) => {
    const encode = encoderOf(feature);
    for (let row = 0; row < rows.length; row++) data[row * width + column] = encode(rows[row]?.[feature.name], row);
  });
  return { type: 'float32', dims: [rows.length, width], data };
};

type Encoder = (value: FeatureRow[string], row: number) => number;

const encoderOf = ({ name, kind, categories = [], missing }: Feature): Encoder => {
  if (kind === 'category') {
    const codes = new Map(categories.map((category, code) => [category, code]));
    return (value, row) => {
      if (value === null || value === undefined) return -1;
      if (typeof value !== 'string') throw wrong(name, row, 'one of its categories as text', value);
      return codes.get(value) ?? -1;
    };
  }
  return (value, row) => {
    if (value === null || value === undefined) {
      if (missing === undefined) throw wrong(name, row, 'a number', value);
      return Number(missing);
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, row, 'a finite number', value);
    return value;
  };
};

const wrong = (name: string, row: number, wanted: string, value: unknown): InvalidTensorError =>
  new InvalidTensorError(
    `the feature ${name} of row ${row} must be ${wanted}, not ${value === undefined ? 'missing' : JSON.stringify(value)}`,
  );
