import type { Tensors } from './model-client.ts';
import type { ServedVersion } from './model-stages.ts';
import type { PoolAnswer, PoolRequest, ServedStage } from './pool-request.ts';
import type { Priority, Waiting } from './request-queue.ts';

/** A request to the pool until it is settled. */
export class Pending implements Waiting, PoolRequest {
  readonly tenant: string;
  readonly version: ServedVersion;
  readonly stage: ServedStage;
  readonly inputs: Tensors;
  readonly rows: number;
  readonly priority: Priority;
  readonly deadline: number;
  readonly since: number;
  alone = false;
  /** The process died once while it was there. */
  retried = false;
  settled = false;
  readonly #timer: NodeJS.Timeout;
  readonly #resolve: (answer: PoolAnswer) => void;
  readonly #reject: (error: Error) => void;

  /** @param onExpired called at the deadline, unless it is settled */
  constructor(
    request: PoolRequest,
    resolve: (answer: PoolAnswer) => void,
    reject: (error: Error) => void,
    onExpired: (pending: Pending) => void,
  ) {
    this.tenant = request.tenant;
    this.version = request.version;
    this.stage = request.stage;
    this.inputs = request.inputs;
    this.rows = request.rows;
    this.priority = request.priority;
    this.deadline = request.deadline;
    this.since = performance.now();
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(onExpired, Math.max(0, this.deadline - this.since), this);
  }

  /** Whether its run took more of its time than was to be expected: then the version is to blame that it is late. */
  isSlow(runMs: number): boolean {
    return runMs > (this.deadline - this.since) / 2;
  }

  answer(answer: PoolAnswer): void {
    this.settled = true;
    clearTimeout(this.#timer);
    this.#resolve(answer);
  }

  fail(error: Error): void {
    this.settled = true;
    clearTimeout(this.#timer);
    this.#reject(error);
  }
}
