import type { Survival } from './survive.ts';

/** What is told of faults that were survived. */
export const survivalLine = (seed: number, { survived, acknowledged, inDoubt, events, slowestMs }: Survival): string =>
  `survived ${survived} faults (seed ${seed}): ${acknowledged} acknowledged requests, ${inDoubt} without an answer, ` +
  `${events} events; whole again ${(slowestMs / 1_000).toFixed(1)} s after the repair at the slowest`;
