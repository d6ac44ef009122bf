import { setTimeout as pause } from 'node:timers/promises';
import type { Collection, Db } from 'mongodb';
import { DuplicateKeyError } from '../documents.ts';
import { isDuplicateKey, portError } from './errors.ts';
import { carryOut, conflictOf } from './revised-rows.ts';
import type { Row } from './rows.ts';

/** The one document of the log. */
interface LogEntry {
  readonly _id: 'commit';
  /** Of the commit that came last. */
  readonly revision: number;
  /** JSON of what it writes, until that is written; '' while the place is taken and nothing is decided; null: free. */
  readonly rows: string | null;
}

const COLLECTION = 'commit-log';
/** Whoever has not finished a commit for so long is taken for dead, and another finishes it: being wrong costs nothing. */
const FINISH_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 5;
const WAIT_MS = 15_000;
/** A document of MongoDB holds 16 MB; what stands in the log is one. */
const MAX_CHARACTERS = 15 * 2 ** 20;

/**
 * Commits where MongoDB has no transactions (a standalone server). A commit first puts all its writes into the log, in one
 * atomic write to the only place there, which gives the commit its revision, then carries them out and frees the place. A process that dies in between leaves them there, and whoever comes next, at its start or with its own commit,
 * carries them out before anything else. So a batch of the projection runner, documents, rollup cells and checkpoint, is
 * written whole or not at all: a half-written batch is finished, never folded into documents that hold a part of it already.
 *
 * Each document carries the revision of the commit that wrote it last, and a write is only done over an older one. So it may
 * be repeated, and a process that was taken for dead while it only slept cannot put back what others have changed since. (What
 * they removed since, its one write that was on its way may bring back.)
 *
 * Unique indexes are asked before anything is written, which nobody else does meanwhile. What a reader sees is not one
 * moment: it may meet the first half of a commit that is being carried out.
 */
export class CommitLog {
  readonly #db: Db;
  readonly #log: Collection<LogEntry>;

  constructor(db: Db) {
    this.#db = db;
    this.#log = db.collection<LogEntry>(COLLECTION);
  }

  /** Finishes what a process that died has left. */
  async open(): Promise<void> {
    await this.#log.insertOne({ _id: 'commit', revision: 0, rows: null }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
    const entry = await this.#log.findOne({ _id: 'commit' });
    if (entry?.rows) await this.#finish(entry);
  }

  /** @throws DuplicateKeyError; Error when the server is away, which may have been after the write. */
  async write(rows: readonly Row[]): Promise<void> {
    // The last write of a document is the one that counts; so they may be repeated.
    const last = [...new Map(rows.map((row) => [JSON.stringify([row.collection, row.id]), row])).values()];
    try {
      await this.#writeOnce(last);
    } catch (error) {
      throw portError(error);
    }
  }

  async #writeOnce(rows: readonly Row[]): Promise<void> {
    const text = JSON.stringify(rows);
    if (text.length > MAX_CHARACTERS)
      throw new Error('documents: a commit of more than 15 MB needs a MongoDB with transactions (a replica set)');
    const revision = await this.#takePlace();
    const conflict = await conflictOf(this.#db, rows);
    if (conflict !== undefined) {
      await this.#free(revision);
      throw new DuplicateKeyError(conflict);
    }
    const { matchedCount } = await this.#log.updateOne({ _id: 'commit', revision, rows: '' }, { $set: { rows: text } });
    // Nothing was written: the place was held for so long that it was taken away.
    if (matchedCount === 0) throw new Error('documents: another process took over in the middle of a commit');
    await this.#finish({ _id: 'commit', revision, rows: text });
  }

  /** Waits for the place, and finishes what stands there for too long. Returns the revision of the commit that has it now. */
  async #takePlace(): Promise<number> {
    const deadline = Date.now() + WAIT_MS;
    let seen: { readonly entry: LogEntry | null; readonly since: number } | undefined;
    for (;;) {
      const taken = await this.#log.findOneAndUpdate(
        { _id: 'commit', rows: null },
        { $inc: { revision: 1 }, $set: { rows: '' } },
        { returnDocument: 'after' },
      );
      if (taken !== null) return taken.revision;
      const entry = await this.#log.findOne({ _id: 'commit' });
      const now = Date.now();
      if (now > deadline) throw new Error('documents: other commits took too long');
      if (seen?.entry?.revision !== entry?.revision) seen = { entry, since: now };
      if (entry !== null && seen !== undefined && now - seen.since > FINISH_AFTER_MS) await this.#finish(entry);
      await pause(LOOK_EVERY_MS);
    }
  }

  async #finish({ revision, rows }: LogEntry): Promise<void> {
    if (rows) await carryOut(this.#db, revision, JSON.parse(rows) as readonly Row[]);
    await this.#free(revision);
  }

  async #free(revision: number): Promise<void> {
    await this.#log.updateOne({ _id: 'commit', revision }, { $set: { rows: null } });
  }
}
