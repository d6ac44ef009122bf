import type { Outcome, PoolObserver, PoolRequest } from './pool-request.ts';

/** Counts requests of a batch that are of one tenant and stage and ended alike by one call. */
export class AlikeRequests {
  readonly #tell: PoolObserver['onRequests'];
  #last: PoolRequest | undefined;
  #outcome: Outcome = 'answered';
  #count = 0;

  constructor(tell: PoolObserver['onRequests']) {
    this.#tell = tell;
  }

  add(request: PoolRequest, outcome: Outcome): void {
    const last = this.#last;
    if (last?.tenant !== request.tenant || last.stage !== request.stage || this.#outcome !== outcome) this.flush();
    this.#last = request;
    this.#outcome = outcome;
    this.#count++;
  }

  flush(): void {
    if (this.#last !== undefined && this.#count > 0) this.#tell(this.#last, this.#outcome, this.#count);
    this.#count = 0;
  }
}
