import type { Column, Table } from './table.ts';

/** Most bins of a column: a bin number is a byte. Bin 0 holds missing numbers, and categories that are rare or not listed. */
const MOST_BINS = 256;
/** A category with fewer rows shares bin 0. */
const FEWEST_ROWS = 10;

/** How the values of a column are put into bins. */
export interface BinRule {
  readonly kind: Column['kind'];
  readonly bins: number;
  /** Of numbers: `upper[b - 1]` is the largest value of bin b; the last bin has no end. */
  readonly upper: Float32Array;
  /** Of categories: the code of bin b is `codes[b - 1]`. */
  readonly codes: Int32Array;
}

/** The bins of every column, and the rows in them. */
export interface BinnedTable {
  readonly rows: number;
  readonly rules: readonly BinRule[];
  /** Bin numbers by column. */
  readonly bins: readonly Uint8Array[];
}

/** Puts a table into bins of about equal numbers of rows, at most 255 a column. */
export const binTable = ({ rows, columns }: Table): BinnedTable => {
  const binned = columns.map((column) => {
    const rule = ruleOf(column);
    return { rule, bins: binsOf(column, rule) };
  });
  return { rows, rules: binned.map(({ rule }) => rule), bins: binned.map(({ bins }) => bins) };
};

const binsOf = (column: Column, rule: BinRule): Uint8Array =>
  rule.kind === 'number' ? binNumbers(column.values, rule) : binCategories(column.values, rule);

const ruleOf = (column: Column): BinRule =>
  column.kind === 'number' ? numberRule(column.values) : categoryRule(column.values);

const numberRule = (values: Float32Array): BinRule => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const upper: number[] = [];
  const room = MOST_BINS - 2;
  const perBin = sorted.length / room;
  const distinct = countDistinct(sorted, room);
  let inBin = 0;
  for (let at = 1; at < sorted.length; at++) {
    const below = sorted[at - 1] ?? 0;
    const above = sorted[at] ?? 0;
    inBin++;
    if (above === below || (distinct > room && inBin < perBin)) continue;
    upper.push(between(below, above));
    inBin = 0;
    if (upper.length === room) break;
  }
  return { kind: 'number', bins: upper.length + 2, upper: Float32Array.from(upper), codes: new Int32Array() };
};

const countDistinct = (sorted: Float32Array, most: number): number => {
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let at = 1; at < sorted.length && distinct <= most; at++) if (sorted[at] !== sorted[at - 1]) distinct++;
  return distinct;
};

/** A single precision number with below <= it < above: a served value must fall on the side it was trained on. */
const between = (below: number, above: number): number => {
  const middle = Math.fround(below / 2 + above / 2);
  return middle >= below && middle < above ? middle : below;
};

const categoryRule = (values: Float32Array): BinRule => {
  const counts = new Map<number, number>();
  for (const value of values) if (value >= 0) counts.set(value, (counts.get(value) ?? 0) + 1);
  const codes = [...counts]
    .filter(([, rows]) => rows >= FEWEST_ROWS)
    .sort(([a, rowsOfA], [b, rowsOfB]) => rowsOfB - rowsOfA || a - b)
    .slice(0, MOST_BINS - 1)
    .map(([code]) => code);
  return { kind: 'category', bins: codes.length + 1, upper: new Float32Array(), codes: Int32Array.from(codes) };
};

const binNumbers = (values: Float32Array, { upper }: BinRule): Uint8Array => {
  const bins = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    let low = 0;
    let high = upper.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (upper[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    bins[row] = low + 1;
  }
  return bins;
};

const binCategories = (values: Float32Array, { codes }: BinRule): Uint8Array => {
  const binOf = new Map([...codes].map((code, at) => [code, at + 1]));
  return Uint8Array.from(values, (value) => binOf.get(value) ?? 0);
};
