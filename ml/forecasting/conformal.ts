/** Levels of a forecast's quantiles, in the order in which they are told. */
export const LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975] as const;

/** How far off a forecast of the past was, and how much it counts. */
export interface PastError {
  readonly error: number;
  readonly weight: number;
}

/**
 * The past error that leaves a new one below it with at least the chance `level`; of a lower bound, above it with at least
 * 1 - `level`: weighted split conformal prediction (Vovk et al. 2005; Barber et al. 2023, beyond exchangeability, for the weights). It
 * stays on its side of 0, whatever so few errors say. @param sorted by error, ascending
 */
export const conformal = (sorted: readonly PastError[], level: number): number => {
  const whole = sorted.reduce((sum, { weight }) => sum + weight, 0);
  // The new one, of which nothing is known, counts as one more.
  const next = whole / Math.max(1, sorted.length);
  const isLower = level < 0.5;
  const wanted = level * (whole + next);
  let below = 0;
  let found = isLower ? sorted[0] : sorted.at(-1);
  for (const one of sorted) {
    below += one.weight;
    if (isLower && below > wanted) break;
    found = one;
    if (!isLower && below >= wanted) break;
  }
  const error = found?.error ?? 0;
  return isLower ? Math.min(0, error) : Math.max(0, error);
};
