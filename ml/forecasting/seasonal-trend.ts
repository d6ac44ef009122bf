import { Matrix, solve } from 'ml-matrix';

/** A value a day: `values[i]` is of day `last - values.length + 1 + i`; NaN: not known. Days are numbers since 1970-01-01. */
export interface DailySeries {
  readonly last: number;
  readonly values: Float64Array;
}

/** What a series would be without chance, on any day, past or to come; and its parts, which add up to it. */
export interface SeasonalTrend {
  at(day: number): number;
  parts(day: number): { readonly level: number; readonly season: number; readonly weekday: number };
}

const YEAR_TERMS = 10;
const WEEK_TERMS = 3;
/** One possible bend of the trend a quarter of a year. */
const DAYS_A_BEND = 104;
const MOST_BENDS = 25;
/** Residuals up to this share of the mean are weighed as in least squares, larger ones by their size only. */
const ROBUST_SHARE = 0.1;
const PASSES = 5;
const YEAR = 365.25;

/**
 * A robust regression on a trend with bends and on waves of the year and the week: the shape of Prophet's model (Taylor, Letham
 * 2018), with penalised bends and waves, fitted to absolute errors by reweighted least squares (Huber 1964). Faster waves cost more,
 * so a short history gives a smooth season. The trend goes on from its last bend.
 * @throws RangeError when no value is known
 */
export const fitSeasonalTrend = ({ last, values }: DailySeries): SeasonalTrend => {
  const known = [...values.keys()].filter((at) => !Number.isNaN(values[at] ?? Number.NaN));
  if (known.length === 0) throw new RangeError('a series without values has no trend');
  const first = last - values.length + 1;
  const mean = known.reduce((sum, at) => sum + Math.abs(values[at] ?? 0), 0) / known.length;
  const scale = mean === 0 ? 1 : mean;
  const terms = termsOf(first, last);
  const rows = known.map((at) => terms.row(first + at));
  const targets = Float64Array.from(known, (at) => (values[at] ?? 0) / scale);
  const weights = robustFit(rows, targets, terms.penalties);
  const sumOver = (day: number, from: number, to: number): number => {
    const row = terms.row(day);
    let sum = 0;
    for (let at = from; at < to; at++) sum += (row[at] ?? 0) * (weights[at] ?? 0);
    return sum * scale;
  };
  const [yearAt, weekAt, end] = terms.groups;
  return {
    at: (day) => sumOver(day, 0, end),
    parts: (day) => ({
      level: sumOver(day, 0, yearAt),
      season: sumOver(day, yearAt, weekAt),
      weekday: sumOver(day, weekAt, end),
    }),
  };
};

const termsOf = (first: number, last: number) => {
  const length = last - first + 1;
  const bends = Math.min(MOST_BENDS, Math.floor(length / DAYS_A_BEND));
  const bendDays = Array.from({ length: bends }, (_, at) => first + (length * (at + 1)) / (bends + 1));
  const penalties = [1e-6, 1];
  for (let bend = 0; bend < bends; bend++) penalties.push(1);
  for (let term = 1; term <= YEAR_TERMS; term++) penalties.push(term ** 2, term ** 2);
  for (let term = 1; term <= WEEK_TERMS; term++) penalties.push(1, 1);
  const row = (day: number): Float64Array => {
    const values = new Float64Array(penalties.length);
    let at = 0;
    values[at++] = 1;
    values[at++] = (day - last) / YEAR;
    for (const bend of bendDays) values[at++] = Math.max(0, day - bend) / YEAR;
    for (const [period, terms] of [
      [YEAR, YEAR_TERMS],
      [7, WEEK_TERMS],
    ] as const)
      for (let term = 1; term <= terms; term++) {
        const angle = (2 * Math.PI * term * day) / period;
        values[at++] = Math.sin(angle);
        values[at++] = Math.cos(angle);
      }
    return values;
  };
  const yearAt = 2 + bends;
  const weekAt = yearAt + 2 * YEAR_TERMS;
  return { row, penalties, groups: [yearAt, weekAt, penalties.length] as const };
};

const robustFit = (
  rows: readonly Float64Array[],
  targets: Float64Array,
  penalties: readonly number[],
): Float64Array => {
  let trust: Float64Array = new Float64Array(rows.length).fill(1);
  let weights: Float64Array = new Float64Array();
  for (let pass = 0; pass < PASSES; pass++) {
    weights = weightedRidge(rows, targets, trust, penalties);
    const fitted = weights;
    trust = Float64Array.from(rows, (row, at) => {
      const residual = Math.abs((targets[at] ?? 0) - dot(row, fitted));
      return ROBUST_SHARE / Math.max(ROBUST_SHARE, residual);
    });
  }
  return weights;
};

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
};

/** Solves the normal equations of `sum of trust (target - row weights)^2 + sum of penalty weight^2`. */
const weightedRidge = (
  rows: readonly Float64Array[],
  targets: Float64Array,
  trust: Float64Array,
  penalties: readonly number[],
): Float64Array => {
  const width = penalties.length;
  const squares = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as Float64Array;
    for (let one = 0; one < width; one++) {
      const weighted = (trust[at] as number) * (row[one] as number);
      right[one] = (right[one] as number) + weighted * (targets[at] as number);
      const line = one * width;
      for (let other = 0; other <= one; other++)
        squares[line + other] = (squares[line + other] as number) + weighted * (row[other] as number);
    }
  }
  const matrix = Matrix.zeros(width, width);
  for (let one = 0; one < width; one++)
    for (let other = 0; other <= one; other++) {
      const value = (squares[one * width + other] as number) + (one === other ? (penalties[one] ?? 0) : 0);
      matrix.set(one, other, value);
      matrix.set(other, one, value);
    }
  return Float64Array.from(solve(matrix, Matrix.columnVector(right)).to1DArray());
};
