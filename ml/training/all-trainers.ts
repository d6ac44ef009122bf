import type { Trainer } from './trainer.ts';

/** Every model that the platform trains by itself. */
export const allTrainers: readonly Trainer[] = [];
