import type { ServingLimits } from './serving-limits.ts';

/**
 * A circuit breaker over the pool's process. Closed: it works, or has never been needed. Open: it has died, callers are refused at once,
 * and it is restarted after a pause that doubles from death to death. Half-open: it is up again, and one batch goes to it
 * at a time until one was answered.
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

export interface Circuit {
  readonly state: CircuitState;
  /** Deaths since the last answer. */
  readonly deaths: number;
}

export const CLOSED: Circuit = { state: 'closed', deaths: 0 };

export const afterDeath = ({ deaths }: Circuit): Circuit => ({ state: 'open', deaths: deaths + 1 });

export const afterStart = (circuit: Circuit): Circuit =>
  circuit.state === 'open' ? { ...circuit, state: 'half-open' } : circuit;

/** Milliseconds until the next restart: none after the first death, which may well have been chance. */
export const restartPause = (
  { deaths }: Circuit,
  { restartMs, longestRestartMs }: Pick<ServingLimits, 'restartMs' | 'longestRestartMs'>,
): number => (deaths <= 1 ? 0 : Math.min(longestRestartMs, restartMs * 2 ** (deaths - 2)));
