import { setTimeout } from 'node:timers/promises';
import { OverloadedError } from '../../infra/overloaded-error.ts';
import { retryPauseMs } from '../../infra/retry-pause.ts';
import type { ModelClient } from '../serving/model-client.ts';

const PATIENCE_MS = 60_000;

/**
 * A client for work that nobody waits for: while the pool's queue is full it holds back and asks again, so that interactive requests
 * go first and no fallback is written only because the pool is busy. @throws OverloadedError after a minute, or when `signal` ends the wait
 */
export const patientModels = (
  models: ModelClient,
  signal: AbortSignal,
  patienceMs: number = PATIENCE_MS,
): ModelClient => ({
  predict: async (request) => {
    const until = performance.now() + patienceMs;
    for (let failures = 0; ; failures++) {
      try {
        return await models.predict(request);
      } catch (error) {
        if (!(error instanceof OverloadedError) || signal.aborted || performance.now() > until) throw error;
        await setTimeout(retryPauseMs(failures), undefined, { signal }).catch(() => undefined);
      }
    }
  },
  close: () => models.close(),
});
