import { afterDeath, afterStart, type Circuit, CLOSED, restartPause } from './circuit.ts';
import type { FromPool, PoolSettings, ToPool } from './pool/pool-messages.ts';
import type { RunningModel } from './pool/run-record.ts';
import type { PoolChild } from './pool-child.ts';
import { startPoolChild } from './pool-child.ts';
import type { ServingLimits } from './serving-limits.ts';

export interface PoolKeeperOptions extends PoolSettings {
  readonly limits: ServingLimits;
  readonly onWarning: (message: string, error?: unknown) => void;
  /** The process is up, for the first time or again. */
  readonly onReady: () => void;
  readonly onMessage: (message: FromPool) => void;
  /** It has died, and comes again unless the keeper is closed. @param models numbers of those that ran or hung */
  readonly onDeath: (reason: string, models: readonly number[]) => void;
  /** Whether it owes an answer. */
  readonly isBusy: () => boolean;
}

const WATCH_MS = 250;

/** Keeps the pool's process: starts it when it is first needed, watches over it, and starts it again when it has died. */
export class PoolKeeper {
  readonly #options: PoolKeeperOptions;
  #child: PoolChild | undefined;
  #isUp = false;
  #circuit: Circuit = CLOSED;
  #closed = false;
  #startedAt = 0;
  #heardAt = 0;
  #startMs = 0;
  #restart: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** When a run was first seen, by slot and number of the run. */
  #seen = new Map<string, number>();
  #hung: { readonly reason: string; readonly models: readonly number[] } | undefined;

  constructor(options: PoolKeeperOptions) {
    this.#options = options;
  }

  get circuit(): Circuit {
    return this.#circuit;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How long the last start took, in milliseconds. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Starts the process unless it runs, comes up, or waits to be started again. */
  start(): void {
    if (this.#child !== undefined || this.#restart !== undefined || this.#closed) return;
    const { workers, sessions } = this.#options;
    this.#startedAt = this.#heardAt = performance.now();
    try {
      this.#child = startPoolChild(
        { workers, sessions },
        (message) => this.#heard(message),
        (reason, running) => this.#died(reason, running),
      );
    } catch (error) {
      // No room for the record of runs, or no process to be had: told and tried again like a death.
      this.#died(String(error), []);
      return;
    }
    this.#watch = setInterval(() => this.#look(), Math.min(WATCH_MS, this.#options.limits.runMs / 4));
    this.#watch.unref();
  }

  send(message: ToPool): void {
    // Silence counts from when it was given something to do.
    if (!this.#options.isBusy()) this.#heardAt = performance.now();
    this.#child?.send(message);
  }

  /** A batch was answered: the process works. */
  answered(): void {
    if (this.#circuit.state === 'half-open') this.#circuit = CLOSED;
  }

  /** Lets the process end; drain before. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    await this.#child?.end();
  }

  #heard(message: FromPool): void {
    this.#heardAt = performance.now();
    if (message.kind !== 'ready') {
      this.#options.onMessage(message);
      return;
    }
    this.#startMs = this.#heardAt - this.#startedAt;
    this.#isUp = true;
    this.#circuit = afterStart(this.#circuit);
    this.#options.onReady();
  }

  #died(reason: string, running: readonly RunningModel[]): void {
    clearInterval(this.#watch);
    const { models, reason: why } = this.#hung ?? { models: running.map(({ model }) => model), reason };
    this.#hung = undefined;
    this.#child = undefined;
    this.#isUp = false;
    this.#seen.clear();
    if (this.#closed) return;
    this.#circuit = afterDeath(this.#circuit);
    const pause = restartPause(this.#circuit, this.#options.limits);
    this.#options.onWarning(`the process of the models died and is started again in ${pause} ms: ${why}`);
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.start();
    }, pause);
    this.#options.onDeath(why, [...new Set(models)]);
  }

  #look(): void {
    const { limits, isBusy } = this.#options;
    const now = performance.now();
    if (!this.#isUp) {
      if (now - this.#startedAt > limits.startMs) this.#kill('it did not come up', []);
      return;
    }
    if (!isBusy()) return;
    const running = this.#child?.running() ?? [];
    const seen = new Map(running.map(({ slot, run }) => [`${slot}:${run}`, this.#seen.get(`${slot}:${run}`) ?? now]));
    this.#seen = seen;
    const hung = running.filter(({ slot, run }) => now - (seen.get(`${slot}:${run}`) ?? now) > limits.runMs);
    if (hung.length > 0) {
      const models = hung.map(({ model }) => model);
      this.#kill(`a model has run for more than ${limits.runMs} ms`, models);
    } else if (now - this.#heardAt > limits.runMs + limits.silenceMs) this.#kill('it answers nothing', []);
  }

  #kill(reason: string, models: readonly number[]): void {
    if (this.#hung !== undefined) return;
    this.#hung = { reason, models };
    this.#child?.kill();
  }
}
