import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { spawnThread } from '../../threads/spawn-thread.ts';
import { DuplicateKeyError } from '../documents.ts';
import type { Commit, CommitOutcome } from './document-writer.ts';

interface Pending {
  readonly commit: Commit;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The caller's end of the thread that writes the documents. A thread that died is replaced at the next commit. */
export class CommitThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #starting: Promise<void> | undefined;
  /** With the thread, which answers them in this order. */
  readonly #sent: Pending[] = [];
  #outbox: Pending[] = [];
  #closed = false;
  /** Settles with the commit that came last. */
  #last: Promise<void> = Promise.resolve();

  private constructor(file: string) {
    this.#file = file;
  }

  /** @throws Error when the file can't be opened. */
  static async start(file: string): Promise<CommitThread> {
    const thread = new CommitThread(file);
    await thread.#start();
    return thread;
  }

  /**
   * Resolves when the commit is in the file.
   * @throws DuplicateKeyError; Error when it can't be written or the thread died, which may have been after the write.
   */
  run(commit: Commit): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the document store is closed'));
    const written = new Promise<void>((resolve, reject) => {
      if (this.#outbox.push({ commit, resolve, reject }) === 1) setImmediate(() => this.#post());
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** Waits for the commits under way, then for the thread to close the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#starting?.catch(() => undefined);
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.postMessage('close');
    await once(worker, 'exit');
  }

  #post(): void {
    // One message at a time: what comes while the thread writes is its next transaction.
    if (this.#outbox.length === 0 || this.#sent.length > 0) return;
    const worker = this.#worker;
    if (worker === undefined) {
      this.#starting ??= this.#start();
      this.#starting.then(
        () => this.#post(),
        (error: Error) => this.#rejectAll(error),
      );
      return;
    }
    const outbox = this.#outbox;
    this.#outbox = [];
    this.#sent.push(...outbox);
    worker.postMessage(outbox.map(({ commit }) => commit));
  }

  #start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = spawnThread(new URL('./commit-writer.ts', import.meta.url), { file: this.#file });
      let reason = 'the thread that writes documents stopped';
      worker.on('error', (error) => {
        reason = `the thread that writes documents failed: ${error instanceof Error ? error.message : String(error)}`;
      });
      worker.on('message', (message: 'ready' | readonly CommitOutcome[]) => {
        if (message !== 'ready') return this.#settle(message);
        this.#worker = worker;
        this.#starting = undefined;
        resolve();
      });
      worker.on('exit', () => {
        this.#worker = undefined;
        this.#starting = undefined;
        const error = new Error(reason);
        this.#rejectAll(error);
        reject(error);
      });
    });
  }

  #settle(outcomes: readonly CommitOutcome[]): void {
    const answered = this.#sent.splice(0);
    this.#post();
    for (const [index, pending] of answered.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) pending.resolve();
      else pending.reject(errorOf(outcome));
    }
  }

  #rejectAll(error: Error): void {
    const waiting = [...this.#sent.splice(0), ...this.#outbox];
    this.#outbox = [];
    for (const { reject } of waiting) reject(error);
  }
}

const errorOf = ({ code, message }: NonNullable<CommitOutcome>): Error =>
  code === 'SQLITE_CONSTRAINT_UNIQUE' ? new DuplicateKeyError(message) : new Error(`documents: ${message} (${code})`);
