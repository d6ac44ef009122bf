import { z } from 'zod';
import type { PriceScope } from '../../contracts/events/pricing.ts';
import { daysBetween } from '../../contracts/local-date.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { PastSales } from './sold-prices.ts';

const elasticity = z.object({
  value: z.number().positive(),
  /** Ends of the 80 % interval. */
  lower: z.number(),
  upper: z.number(),
  /** What the sales alone say, without the prior; null where they say nothing. */
  estimate: z.number().nullable(),
  /** Standard error of that estimate, by its residuals alone. */
  standardError: z.number().nullable(),
  /** Weeks times lead times that were looked at. */
  cells: z.number(),
});
/** How demand answers to price: it falls by `value` % when the price rises by 1 %, seen from the usual price. */
export type Elasticity = z.infer<typeof elasticity>;

/** The elasticity that a model's manifest brings for a kind of sale; the prior where it brings none, as others' models may. */
export const elasticityIn = ({ preprocessing }: Pick<Manifest, 'preprocessing'>, kind: PriceScope): Elasticity => {
  const told = z.object({ [kind]: elasticity }).safeParse(preprocessing.elasticity);
  return told.data?.[kind] ?? estimateElasticity([]);
};

/**
 * What is believed before any sale is seen: the mean of a meta-analysis of leisure air travel (Brons, Pels, Nijkamp, Rietveld 2002,
 * J. Air Transport Management 8:165-175, mean -1.146), wide enough for other trips.
 */
const PRIOR = { mean: 1.146, deviation: 0.5 };
/**
 * Prices were not set by chance: they were raised where demand was seen to rise, which makes customers look indifferent. No number
 * of sales takes that away, so however many there are, the estimate counts as no surer than this.
 */
const CONFOUNDING = 0.75;
const LEAST = 0.2;
const MOST = 4;
const FEWEST_SALES = 5;
const FEWEST_CELLS = 30;
/** First day of each lead time, in days. */
const LEAD_TIMES = [112, 56, 28, 14, 7, 0];
const Z80 = 1.2816;

interface Cell {
  readonly week: string;
  readonly leadTime: string;
  sales: number;
  /** Sum of logarithms of prices relative to those of the same room type or option. */
  relative: number;
}

/**
 * Price elasticity of demand from past sales: the logarithm of sales picked up for a week of arrival at a lead time, by the
 * logarithm of their price, after the level of each week and of each lead time is taken out (two-way fixed effects); shrunk
 * towards a prior by its uncertainty (normal-normal). Observational: it tells what went together, not what a change would do.
 */
export const estimateElasticity = (sales: PastSales): Elasticity => {
  const cells = cellsOf(sales).filter((cell) => cell.sales >= FEWEST_SALES);
  const slope = cells.length < FEWEST_CELLS ? undefined : slopeOf(cells);
  if (slope === undefined) return shrunk(null, null, cells.length);
  return shrunk(-slope.value, slope.standardError, cells.length);
};

const shrunk = (estimate: number | null, standardError: number | null, cells: number): Elasticity => {
  const known = estimate === null || standardError === null ? 0 : 1 / (standardError ** 2 + CONFOUNDING ** 2);
  const believed = 1 / PRIOR.deviation ** 2;
  const mean = (PRIOR.mean * believed + (estimate ?? 0) * known) / (believed + known);
  const deviation = Math.sqrt(1 / (believed + known));
  const within = (value: number): number => Math.min(MOST, Math.max(LEAST, value));
  return {
    value: within(mean),
    lower: within(mean - Z80 * deviation),
    upper: within(mean + Z80 * deviation),
    estimate,
    standardError,
    cells,
  };
};

const cellsOf = (sales: PastSales): readonly Cell[] => {
  const last = sales.at(-1)?.sale.bookedOn ?? '';
  const usual = new Map<string, { sum: number; count: number }>();
  // A week that is not over has its late bookings still to come.
  const over = sales.filter(({ sale }) => sale.date <= last);
  const levelOf = ({ subject, variant }: PastSales[number]['sale']) => `${subject}\u001f${variant}`;
  for (const { sale } of over) {
    const level = usual.get(levelOf(sale)) ?? { sum: 0, count: 0 };
    usual.set(levelOf(sale), { sum: level.sum + Math.log(sale.price), count: level.count + 1 });
  }
  const cells = new Map<string, Cell>();
  for (const { sale } of over) {
    const level = usual.get(levelOf(sale));
    const lead = Math.max(0, daysBetween(sale.bookedOn, sale.date));
    const week = `${sale.subject}\u001f${Math.floor(daysBetween('1970-01-05', sale.date) / 7)}`;
    const leadTime = `${sale.subject}\u001f${LEAD_TIMES.find((from) => lead >= from) ?? 0}`;
    const key = `${week}\u001f${leadTime}`;
    const cell = cells.get(key) ?? { week, leadTime, sales: 0, relative: 0 };
    cell.sales += 1;
    cell.relative += Math.log(sale.price) - (level === undefined ? 0 : level.sum / level.count);
    cells.set(key, cell);
  }
  return [...cells.values()];
};

/** Ordinary least squares after both effects are taken out by alternating means. */
const slopeOf = (cells: readonly Cell[]): { readonly value: number; readonly standardError: number } | undefined => {
  const effects = [cells.map(({ week }) => week), cells.map(({ leadTime }) => leadTime)];
  const x = withoutEffects(
    cells.map(({ relative, sales }) => relative / sales),
    effects,
  );
  const y = withoutEffects(
    cells.map(({ sales }) => Math.log(sales)),
    effects,
  );
  const xx = x.reduce((sum, one) => sum + one * one, 0);
  const free = cells.length - new Set(effects.flat()).size;
  if (xx < 1e-6 || free < 1) return undefined;
  const value = x.reduce((sum, one, at) => sum + one * (y[at] ?? 0), 0) / xx;
  const squares = y.reduce((sum, one, at) => sum + (one - value * (x[at] ?? 0)) ** 2, 0);
  return { value, standardError: Math.sqrt(squares / free / xx) };
};

const ROUNDS = 30;

const withoutEffects = (values: readonly number[], effects: readonly (readonly string[])[]): readonly number[] => {
  let left = values;
  for (let round = 0; round < ROUNDS; round++) {
    for (const groups of effects) {
      const means = new Map<string, { sum: number; count: number }>();
      groups.forEach((group, at) => {
        const mean = means.get(group) ?? { sum: 0, count: 0 };
        means.set(group, { sum: mean.sum + (left[at] ?? 0), count: mean.count + 1 });
      });
      left = left.map((value, at) => {
        const mean = means.get(groups[at] ?? '');
        return mean === undefined ? value : value - mean.sum / mean.count;
      });
    }
  }
  return left;
};
