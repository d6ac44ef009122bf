import { OverloadedError } from '../../infra/overloaded-error.ts';
import { AlikeRequests } from './alike-requests.ts';
import { BatchSizes } from './batch-sizes.ts';
import { ModelUnavailableError, PredictionTimeoutError, type Tensors } from './model-client.ts';
import { ModelNumbers } from './model-numbers.ts';
import type { ServedVersion } from './model-stages.ts';
import { nextBatch } from './next-batch.ts';
import { Pending } from './pending.ts';
import type { FromPool } from './pool/pool-messages.ts';
import { PoolKeeper } from './pool-keeper.ts';
import type { Outcome, PoolAnswer, PoolObserver, PoolRequest } from './pool-request.ts';
import { type Priority, RequestQueue } from './request-queue.ts';
import type { ServingLimits } from './serving-limits.ts';
import { Strikes } from './strikes.ts';
import { joinTensors, rowsOf, wrongLength } from './tensor-batch.ts';
import { WarmUps } from './warm-ups.ts';

export interface ModelPoolOptions extends PoolObserver {
  readonly workers: number;
  readonly limits: ServingLimits;
  readonly onWarning: (message: string, error?: unknown) => void;
}

interface Batch {
  readonly requests: readonly Pending[];
  readonly version: ServedVersion;
  readonly priority: Priority;
  readonly rows: number;
  readonly sentAt: number;
}

const CLOSED = 'the pool of models is closed';

/** Runs versions of models in the pool's process: what comes waits here, in order of priority, and goes there in batches. */
export class ModelPool {
  readonly #options: ModelPoolOptions;
  readonly #keeper: PoolKeeper;
  readonly #queue = new RequestQueue<Pending>();
  readonly #sent = new Map<number, Batch>();
  readonly #warmUps = new WarmUps();
  readonly #sizes: BatchSizes;
  readonly #strikes: Strikes;
  readonly #models = new ModelNumbers();
  #lastId = 0;
  #isPlanned = false;
  #later: NodeJS.Timeout | undefined;
  #onDrained: (() => void) | undefined;
  readonly #expire = (request: Pending): void => this.#expired(request);

  constructor(options: ModelPoolOptions) {
    this.#options = options;
    const { workers, limits, onWarning } = options;
    this.#sizes = new BatchSizes(limits);
    this.#strikes = new Strikes(limits.strikes);
    this.#keeper = new PoolKeeper({
      workers,
      sessions: limits.sessions,
      limits,
      onWarning,
      onReady: () => this.#ready(),
      onMessage: (message) => this.#heard(message),
      onDeath: (reason, numbers) => this.#died(reason, this.#models.folders(numbers)),
      isBusy: () => this.#sent.size + this.#warmUps.size > 0,
    });
  }

  get circuit() {
    return this.#keeper.circuit.state;
  }

  /** Of the process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#keeper.pid;
  }

  /** The version's stages have changed: its strikes are forgotten. */
  forgive({ directory }: ServedVersion): void {
    this.#strikes.forget(directory);
  }

  /** @throws ModelUnavailableError, PredictionTimeoutError, OverloadedError */
  run(request: PoolRequest): Promise<PoolAnswer> {
    const refusal = this.#refusal(request.version);
    if (refusal !== undefined) return this.#refuse(request, 'refused', new ModelUnavailableError(refusal));
    const { requests, rows } = this.#queue.size(request.priority);
    const { queuedRequests, queuedRows } = this.#options.limits;
    if (requests >= queuedRequests || (rows > 0 && rows + request.rows > queuedRows))
      return this.#refuse(request, 'overloaded', new OverloadedError(`${requests} predictions wait already`));
    return new Promise((resolve, reject) => {
      this.#queue.add(new Pending(request, resolve, reject, this.#expire));
      this.#keeper.start();
      this.#plan();
    });
  }

  /**
   * Loads a version in every worker and runs its golden samples there. Waits while the process is away: that is no fault of the
   * version. @throws ModelUnavailableError saying what is wrong with it
   */
  warmUp(version: ServedVersion): Promise<void> {
    const refusal = this.#isClosed ? CLOSED : this.#bar(version);
    if (refusal !== undefined) return Promise.reject(new ModelUnavailableError(refusal));
    const id = ++this.#lastId;
    this.#keeper.start();
    if (this.#keeper.isUp) this.#sendWarmUp(id, version);
    return this.#warmUps.add(id, version);
  }

  /** Ends by draining: what waits is still answered, up to its deadline. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
      this.#noteDrained();
    });
    clearTimeout(this.#later);
    await this.#keeper.close();
  }

  get #isClosed(): boolean {
    return this.#onDrained !== undefined;
  }

  #refusal(version: ServedVersion): string | undefined {
    if (this.#isClosed) return CLOSED;
    if (this.#keeper.circuit.state === 'open') return 'the process of the models has died and is being started again';
    return this.#bar(version);
  }

  #bar({ directory, manifest }: ServedVersion): string | undefined {
    if (!this.#strikes.isBarred(directory)) return undefined;
    return `${manifest.name} ${manifest.version} has killed the process of the models and is barred until its stages change`;
  }

  async #refuse(request: PoolRequest, outcome: Outcome, error: Error): Promise<never> {
    this.#options.onRequests(request, outcome, 1);
    throw error;
  }

  #ready(): void {
    for (const [id, version] of this.#warmUps.all()) this.#sendWarmUp(id, version);
    this.#dispatch();
  }

  #sendWarmUp(id: number, version: ServedVersion): void {
    const { inputs, outputs, golden } = version.manifest;
    this.#keeper.send({
      kind: 'warm',
      id,
      model: this.#models.of(version.directory),
      samples: { inputs, outputs, golden },
    });
  }

  /** After the events that are at hand: requests that come together go together. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => this.#dispatch());
  }

  #dispatch(): void {
    this.#isPlanned = false;
    clearTimeout(this.#later);
    if (!this.#keeper.isUp) return;
    const { workers, limits } = this.#options;
    const isHalfOpen = this.#keeper.circuit.state === 'half-open';
    for (;;) {
      const sent = [...this.#sent.values()];
      const next = nextBatch({ queue: this.#queue, sizes: this.#sizes, sent, workers, isHalfOpen, limits });
      if (next === undefined) return;
      if ('waitMs' in next) {
        this.#later = setTimeout(() => this.#dispatch(), next.waitMs);
        return;
      }
      this.#send(this.#queue.take(next.group, next.rows));
    }
  }

  #send(requests: readonly Pending[]): void {
    const [first] = requests;
    if (first === undefined) return;
    const { version, priority } = first;
    const id = ++this.#lastId;
    const parts = requests.map((request) => request.inputs);
    const inputs = joinTensors(version.manifest.inputs, parts);
    const rows = requests.reduce((sum, request) => sum + request.rows, 0);
    this.#keeper.send({ kind: 'run', id, model: this.#models.of(version.directory), priority, inputs });
    this.#sent.set(id, { requests, version, priority, rows, sentAt: performance.now() });
  }

  #heard(message: FromPool): void {
    if (message.kind === 'ready') return;
    const { id } = message;
    const batch = this.#sent.get(id);
    this.#sent.delete(id);
    if (message.kind === 'warmed') this.#warmUps.end(id, undefined);
    else if (message.kind === 'failed') {
      const reason = (version: ServedVersion) =>
        `${version.manifest.name} ${version.version} failed: ${message.reason}`;
      this.#warmUps.end(id, (version) => new ModelUnavailableError(reason(version)));
      if (batch !== undefined) this.#failed(batch, reason(batch.version));
    } else if (batch !== undefined) this.#ran(batch, message.outputs, message.runMs);
    this.#dispatch();
    this.#noteDrained();
  }

  #ran(batch: Batch, outputs: Tensors, runMs: number): void {
    const { version, rows, requests, sentAt } = batch;
    const specs = version.manifest.outputs;
    const wrong = wrongLength(specs, outputs, rows);
    if (wrong !== undefined) {
      this.#failed(batch, `${version.manifest.name} ${version.version} failed: ${wrong}`);
      return;
    }
    this.#keeper.answered();
    this.#strikes.answered(version.directory);
    this.#sizes.ran(version.directory, rows, runMs);
    const first = requests[0] as Pending; // no batch is empty
    const inProcess = performance.now() - sentAt - runMs;
    this.#options.onBatch(version, rows, runMs, sentAt - first.since + inProcess);
    const alike = new AlikeRequests(this.#options.onRequests);
    let from = 0;
    for (const request of requests) {
      const own = requests.length === 1 ? outputs : rowsOf(specs, outputs, from, request.rows);
      from += request.rows;
      if (request.settled) alike.add(request, request.isSlow(runMs) ? 'slow' : 'late');
      else {
        alike.add(request, 'answered');
        // Waiting here, and in the process for a worker.
        request.answer({
          outputs: own,
          queueMs: Math.max(0, sentAt - request.since + inProcess),
          runMs,
          batchRows: rows,
        });
      }
    }
    alike.flush();
  }

  /** One request can spoil a batch: the others are tried again by themselves. */
  #failed({ requests }: Batch, reason: string): void {
    const open = requests.filter(({ settled }) => !settled);
    if (requests.length > 1) {
      for (const request of open) this.#queue.add(Object.assign(request, { alone: true }));
    } else for (const request of open) this.#end(request, 'failed', new ModelUnavailableError(reason));
  }

  #expired(request: Pending): void {
    const { since, deadline, version } = request;
    const waited = this.#queue.remove(request);
    const where = waited ? 'waited' : 'ran';
    const error = new PredictionTimeoutError(
      `${version.manifest.name} ${version.version} ${where} when its ${Math.round(deadline - since)} ms were over`,
    );
    if (waited) this.#end(request, 'late', error);
    // Counted when the run has ended and it is known whose fault it was.
    else request.fail(error);
    this.#noteDrained();
  }

  #died(reason: string, models: readonly string[]): void {
    this.#strikes.died(models);
    const requests = [...this.#sent.values()].flatMap((batch) => batch.requests);
    this.#sent.clear();
    for (const request of requests) {
      const isGuilty = models.includes(request.version.directory);
      if (isGuilty) this.#end(request, 'killed', away(reason));
      else if (request.settled) continue;
      else if (request.retried) this.#end(request, 'refused', away(reason));
      else this.#queue.add(Object.assign(request, { retried: true }));
    }
    // Those who would still wait when it is up again are told now; after a second death in a row, all.
    const up = performance.now() + this.#keeper.startMs;
    for (const request of this.#queue.all()) {
      const hopeless =
        this.#keeper.circuit.deaths > 1 ||
        request.deadline < up ||
        this.#isClosed ||
        this.#strikes.isBarred(request.version.directory);
      if (hopeless && this.#queue.remove(request)) this.#end(request, 'refused', away(reason));
    }
    for (const [id, { directory }] of this.#warmUps.all())
      if (models.includes(directory) || this.#isClosed) this.#warmUps.end(id, () => away(reason));
    this.#noteDrained();
  }

  #end(request: Pending, outcome: Outcome, error: Error): void {
    this.#options.onRequests(request, outcome, 1);
    request.fail(error);
  }

  #noteDrained(): void {
    if (this.#sent.size + this.#warmUps.size + this.#queue.length === 0) this.#onDrained?.();
  }
}

const away = (reason: string): ModelUnavailableError =>
  new ModelUnavailableError(`the process of the models died: ${reason}`);
