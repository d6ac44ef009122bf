import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { SubjectKey, SubjectKeys } from '../subject-keys.ts';

/** Keys made in one go: one fsync pays for many events. Those left over at a crash are never used. */
const BATCH = 256;
/** A key destroyed by another process is known here no longer than this. */
const CACHE_MS = 5_000;

/** Opens the vault `<dataDir>/keys.db`: its own file, with deleted content overwritten. */
export const openSqliteSubjectKeys = (dataDir: string): SubjectKeys => {
  const database = new Database(join(dataDir, 'keys.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('busy_timeout = 5000');
  database.pragma('secure_delete = ON');
  database.exec('CREATE TABLE IF NOT EXISTS keys (id BLOB PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID');
  const insert = database.prepare<[Buffer, Buffer]>('INSERT INTO keys (id, key) VALUES (?, ?)');
  const select = database.prepare<[Buffer], { key: Buffer }>('SELECT key FROM keys WHERE id = ?');
  const remove = database.prepare<[Buffer]>('DELETE FROM keys WHERE id = ?');
  const cache = new LRUCache<string, Buffer>({ max: 50_000, ttl: CACHE_MS });
  let ready: SubjectKey[] = [];

  const refill = database.transaction((): SubjectKey[] =>
    Array.from({ length: BATCH }, () => {
      const id = randomBytes(12);
      const key = randomBytes(32);
      insert.run(id, key);
      return { id: id.toString('base64url'), key };
    }),
  );

  return {
    take: () => {
      if (ready.length === 0) ready = refill();
      const next = ready.pop();
      if (next === undefined) throw new Error('the key vault gave no key');
      return next;
    },
    find: (id) => {
      const cached = cache.get(id);
      if (cached !== undefined) return cached;
      const key = select.get(Buffer.from(id, 'base64url'))?.key;
      if (key !== undefined) cache.set(id, key);
      return key;
    },
    destroy: (ids) => {
      database.transaction(() => {
        for (const id of ids) remove.run(Buffer.from(id, 'base64url'));
      })();
      // Deleted content must not live on in the write-ahead log either.
      database.pragma('wal_checkpoint(TRUNCATE)');
      for (const id of ids) cache.delete(id);
    },
    close: () => {
      database.close();
    },
  };
};
