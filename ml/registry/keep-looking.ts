import { setTimeout as pause } from 'node:timers/promises';

/**
 * Looks again and again, with a pause in between, until it is stopped. A look that fails is told and tried again.
 * @param look is given the signal that ends it early
 */
export const keepLooking = (
  intervalMs: number,
  look: (stopping: AbortSignal) => Promise<void>,
  onFailure: (error: unknown) => void,
): { stop(): Promise<void> } => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look(signal).catch(onFailure);
      await pause(intervalMs, undefined, { signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
