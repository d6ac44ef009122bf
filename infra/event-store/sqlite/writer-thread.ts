import type { Worker } from 'node:worker_threads';
import { spawnThread } from '../../threads/spawn-thread.ts';
import { type AppendResult, EventStoreUnavailableError } from '../event-store.ts';
import type { AppendRequest, FromWriter, ToWriter, WriterSettings } from './writer-messages.ts';

export interface WriteQueueLimits {
  readonly maxPendingAppends: number;
  /** In characters of JSON. */
  readonly maxPendingCharacters: number;
}

interface PendingAppend {
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
  readonly characters: number;
}

const FIRST_RESTART_MS = 100;
const SLOWEST_RESTART_MS = 5_000;

/** Starts the thread that runs writer.ts. */
export const spawnWriter = (settings: WriterSettings): Worker =>
  spawnThread(new URL('./writer.ts', import.meta.url), settings);

/**
 * The caller's end of the writer thread: a bounded queue, one message a tick, and a new thread when one dies.
 */
export class WriterThread {
  readonly #limits: WriteQueueLimits;
  readonly #spawn: () => Worker;
  readonly #onCommit: (head: number) => void;
  readonly #pending = new Map<number, PendingAppend>();
  #outbox: AppendRequest[] = [];
  /** A message is with the thread: what comes meanwhile goes out together when it has answered, as the next group. */
  #busy = false;
  #pendingCharacters = 0;
  #tickets = 0;
  #worker: Worker | undefined;
  #starting: Promise<void> = Promise.resolve();
  #restartDelay = FIRST_RESTART_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #closing = false;
  #whenDrained: (() => void) | undefined;

  private constructor(limits: WriteQueueLimits, spawn: () => Worker, onCommit: (head: number) => void) {
    this.#limits = limits;
    this.#spawn = spawn;
    this.#onCommit = onCommit;
  }

  /**
   * Starts the thread and waits until the log is open.
   * @param onCommit called with the new head as soon as a group is on disk, before its appends resolve.
   * @throws Error when the log can't be opened.
   */
  static async start(
    limits: WriteQueueLimits,
    spawn: () => Worker,
    onCommit: (head: number) => void,
  ): Promise<WriterThread> {
    const thread = new WriterThread(limits, spawn, onCommit);
    await thread.#start();
    return thread;
  }

  /** Queues an append. @throws EventStoreUnavailableError when the queue is full or the thread dies before it answers. */
  append(request: AppendRequest, characters: number): Promise<AppendResult> {
    const full =
      this.#pending.size >= this.#limits.maxPendingAppends ||
      (this.#pending.size > 0 && this.#pendingCharacters + characters > this.#limits.maxPendingCharacters);
    if (full) {
      const waiting = `${this.#pending.size} appends (${this.#pendingCharacters} characters)`;
      return Promise.reject(new EventStoreUnavailableError(`the write queue is full: ${waiting} are waiting`));
    }
    return new Promise((resolve, reject) => {
      request[0] = ++this.#tickets;
      this.#pending.set(request[0], { resolve, reject, characters });
      this.#pendingCharacters += characters;
      if (this.#outbox.push(request) === 1) setImmediate(() => this.#post());
    });
  }

  /** Waits for the appends under way, then for the thread to close the file. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenDrained = resolve;
      });
    }
    clearTimeout(this.#restartTimer);
    await this.#starting.catch(() => undefined);
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close' satisfies ToWriter);
    });
  }

  #post(): void {
    if (this.#worker === undefined || this.#busy || this.#outbox.length === 0) return; // goes out with the next answer
    const outbox: ToWriter = this.#outbox;
    this.#outbox = [];
    this.#busy = true;
    this.#worker.postMessage(outbox);
  }

  #start(): Promise<void> {
    this.#starting = new Promise((resolve, reject) => {
      const worker = this.#spawn();
      let reason = 'the writer thread stopped';
      worker.on('error', (error) => {
        reason = `the writer thread failed: ${error instanceof Error ? error.message : String(error)}`;
      });
      worker.on('message', (message: FromWriter) => {
        if (message.kind === 'committed') return this.#settle(message);
        if (message.kind === 'cannot-open') {
          reason = `the event store can't be opened: ${message.reason}`;
          return;
        }
        this.#worker = worker;
        this.#busy = false;
        this.#restartDelay = FIRST_RESTART_MS;
        this.#onCommit(message.head);
        this.#post();
        resolve();
      });
      worker.on('exit', () => {
        const wasOpen = this.#worker === worker;
        this.#worker = undefined;
        this.#rejectAll(`${reason}; a retry with the same event ids is safe`);
        if (wasOpen) this.#restartSoon();
        else reject(new Error(reason));
      });
    });
    return this.#starting;
  }

  /** A dead thread is replaced; while the log can't be opened it is tried again, ever more slowly. */
  #restartSoon(): void {
    if (this.#closing) return;
    this.#restartTimer = setTimeout(() => {
      this.#start().catch(() => this.#restartSoon());
    }, this.#restartDelay);
    this.#restartDelay = Math.min(this.#restartDelay * 2, SLOWEST_RESTART_MS);
  }

  #settle({ head, tickets, outcomes }: Extract<FromWriter, { kind: 'committed' }>): void {
    this.#busy = false;
    this.#post();
    this.#onCommit(head);
    for (const [i, outcome] of outcomes.entries()) {
      const append = this.#take(tickets[i] as number);
      if (append === undefined) continue;
      if ('failed' in outcome) append.reject(new EventStoreUnavailableError(`the write failed: ${outcome.failed}`));
      else append.resolve(outcome);
    }
    if (this.#pending.size === 0) this.#whenDrained?.();
  }

  #take(ticket: number): PendingAppend | undefined {
    const append = this.#pending.get(ticket);
    if (append !== undefined) {
      this.#pending.delete(ticket);
      this.#pendingCharacters -= append.characters;
    }
    return append;
  }

  #rejectAll(reason: string): void {
    this.#outbox = [];
    for (const ticket of [...this.#pending.keys()]) {
      this.#take(ticket)?.reject(new EventStoreUnavailableError(reason));
    }
    this.#whenDrained?.();
  }
}
