const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/** Wait in ms before another try after `failures` (from 0): 50 ms doubling to 2 s, shortened by up to half by chance, so that clients spread. */
export const retryPauseMs = (failures: number): number =>
  Math.min(FIRST_MS * 2 ** failures, LONGEST_MS) * (1 - Math.random() / 2);
