import type { BinnedTable } from './bins.ts';

/**
 * The bins of a table row by row, each as its place in a histogram, without those in the most frequent bin of their
 * column: what is missing there is what the other bins leave of the whole (as LightGBM does). Row by row, since bins of
 * one column after the other would make each addition wait for the one before.
 */
export class Histograms {
  /** Where the `[gradient, hessian]` pairs of each column begin. */
  readonly offsets: Int32Array;
  readonly #length: number;
  /** Where the most frequent bin of each column is. */
  readonly #frequent: Int32Array;
  /** The places of row r are `places[starts[r]..starts[r + 1])`. */
  readonly #starts: Int32Array;
  readonly #places: Int32Array;
  readonly #free: Float64Array[] = [];

  constructor({ rows, rules, bins }: BinnedTable) {
    this.offsets = new Int32Array(rules.length);
    this.#frequent = new Int32Array(rules.length);
    this.#starts = new Int32Array(rows + 1);
    let length = 0;
    for (const [column, rule] of rules.entries()) {
      this.offsets[column] = length;
      this.#frequent[column] = length + 2 * mostFrequent(bins[column] ?? new Uint8Array());
      length += 2 * rule.bins;
    }
    this.#length = length;
    const places = new Int32Array(rows * rules.length);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < rules.length; column++) {
        const place = (this.offsets[column] as number) + 2 * (bins[column]?.[row] ?? 0);
        if (place !== this.#frequent[column]) places[at++] = place;
      }
      this.#starts[row + 1] = at;
    }
    this.#places = places.slice(0, at);
  }

  /** The histogram of some rows, and the sums of their gradients and Hessians. Give it back by `release`. */
  of(rows: Int32Array, gradients: Float64Array, hessians: Float64Array) {
    const histogram = this.#free.pop()?.fill(0) ?? new Float64Array(this.#length);
    const sums = addRows(histogram, rows, this.#starts, this.#places, gradients, hessians);
    for (let column = 0; column < this.offsets.length; column++) {
      const from = this.offsets[column] as number;
      const to = this.offsets[column + 1] ?? this.#length;
      let { gradient, hessian } = sums;
      for (let at = from; at < to; at += 2) {
        gradient -= histogram[at] as number;
        hessian -= histogram[at + 1] as number;
      }
      const place = this.#frequent[column] as number;
      histogram[place] = gradient;
      histogram[place + 1] = Math.max(0, hessian);
    }
    return { histogram, ...sums };
  }

  release(histogram: Float64Array): void {
    this.#free.push(histogram);
  }
}

const mostFrequent = (bins: Uint8Array): number => {
  const counts = new Int32Array(256);
  for (const bin of bins) counts[bin] = (counts[bin] as number) + 1;
  return counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
};

/** The hot loop of training, by itself so that it is compiled for these types alone. Every index is in range. */
const addRows = (
  histogram: Float64Array,
  rows: Int32Array,
  starts: Int32Array,
  places: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
): { readonly gradient: number; readonly hessian: number } => {
  let gradient = 0;
  let hessian = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const ofRow = gradients[row] as number;
    const curvature = hessians[row] as number;
    gradient += ofRow;
    hessian += curvature;
    const end = starts[row + 1] as number;
    for (let next = starts[row] as number; next < end; next++) {
      const place = places[next] as number;
      histogram[place] = (histogram[place] as number) + ofRow;
      histogram[place + 1] = (histogram[place + 1] as number) + curvature;
    }
  }
  return { gradient, hessian };
};
