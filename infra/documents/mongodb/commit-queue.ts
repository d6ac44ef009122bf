import { DuplicateKeyError } from '../documents.ts';
import type { Row } from './rows.ts';

/** Writes all rows, in their order, or none. */
export type WriteAll = (rows: readonly Row[]) => Promise<void>;

interface Pending {
  readonly rows: readonly Row[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** So many writes go together at most; MongoDB advises to keep a transaction to a thousand. */
const TOGETHER = 1_000;

/**
 * The commits of this process, one transaction after the other: two at once would conflict where they write the same document,
 * as all commits of a runner write its lease. What comes while one is under way goes into the next one together.
 */
export class CommitQueue {
  readonly #writeAll: WriteAll;
  #waiting: Pending[] = [];
  #working: Promise<void> | undefined;

  constructor(writeAll: WriteAll) {
    this.#writeAll = writeAll;
  }

  /** Resolves when the rows are written. @throws what `writeAll` throws for them, for reasons of their own only. */
  run(rows: readonly Row[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject });
      this.#working ??= this.#work().finally(() => {
        this.#working = undefined;
      });
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#next();
      try {
        await this.#writeAll(group.flatMap(({ rows }) => rows));
        for (const { resolve } of group) resolve();
      } catch (error) {
        // Refused because of one of them: each is tried alone, so that it fails alone.
        if (error instanceof DuplicateKeyError && group.length > 1) for (const one of group) await this.#writeOne(one);
        else for (const { reject } of group) reject(error);
      }
    }
  }

  async #writeOne({ rows, resolve, reject }: Pending): Promise<void> {
    await this.#writeAll(rows).then(resolve, reject);
  }

  #next(): readonly Pending[] {
    let size = 0;
    const fits = this.#waiting.findIndex(({ rows }) => {
      size += rows.length;
      return size > TOGETHER;
    });
    return this.#waiting.splice(0, fits === -1 ? this.#waiting.length : Math.max(1, fits));
  }
}
