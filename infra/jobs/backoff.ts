const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * Wait in ms before the try after `attempt` (from 1): 1 s doubling to 5 min, shortened by up to a fifth at `random` (0 to 1), so
 * that jobs which failed together do not come back together.
 */
export const backoffMs = (attempt: number, random: number): number =>
  Math.round(Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)) * (1 - random / 5));
