import { setTimeout } from 'node:timers/promises';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Tries again, after 100 ms doubling to 5 s, until it works or `signal` tells to give up (undefined then). @throws what `onFailure` throws. */
export const untilDone = async <T>(
  work: () => Promise<T>,
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<T | undefined> => {
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      onFailure(error);
      await setTimeout(pause, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
};
