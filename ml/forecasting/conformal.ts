/** Levels of a forecast's quantiles, in the order in which they are told. */
export const LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975] as const;

/**
 * The order statistic of past errors that leaves a new one below it with at least the chance `level`; of a lower bound, above it with
 * at least 1 - `level` (Vovk et al. 2005). It stays on its side of 0, whatever so few errors say. @param sorted ascending
 */
export const conformal = (sorted: Float64Array, level: number): number => {
  const rank = level < 0.5 ? Math.floor(level * (sorted.length + 1)) - 1 : Math.ceil(level * (sorted.length + 1)) - 1;
  const error = sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? 0;
  return level < 0.5 ? Math.min(0, error) : Math.max(0, error);
};
