import { setTimeout as pause } from 'node:timers/promises';
import { randomId } from '../../../contracts/ids.ts';
import { texts } from '../../e2e/sailing-trip.ts';
import type { Stage } from './engine-stage.ts';

const EACH_MS = 200;

/** Somebody who gives the trip a new title over and over, so that what products are searched by changes while things break. */
export class Retitling {
  #isStopped = false;

  /** Runs until `stop` is called. @throws Error for an answer that nobody must see: 503 and 504 only say that it is not known. */
  async run({ cluster, token, trip }: Pick<Stage, 'cluster' | 'token' | 'trip'>): Promise<void> {
    for (let edition = 1; !this.#isStopped; edition++) {
      const answer = await fetch(`${cluster.url}/v1/products/${trip.productId}/texts/en`, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': randomId(),
        },
        body: JSON.stringify({ ...texts.en, title: `${texts.en.title}, edition ${edition}` }),
      })
        .then(async (response) => ({ ok: response.ok, status: response.status, text: await response.text() }))
        .catch(() => undefined);
      if (answer !== undefined && !answer.ok && answer.status !== 503 && answer.status !== 504)
        throw new Error(`a new title was answered ${answer.status} ${answer.text}`);
      await pause(EACH_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}
