import { join } from 'node:path';
import Database from 'better-sqlite3';
import { cachedKeys } from '../cached-keys.ts';
import { freshKeys } from '../fresh-keys.ts';
import type { SubjectKey, SubjectKeys } from '../subject-keys.ts';

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

  const insertAll = database.transaction((made: readonly SubjectKey[]) => {
    for (const { id, key } of made) insert.run(Buffer.from(id, 'base64url'), key);
  });
  const cached = cachedKeys(async (ids) => {
    const found = new Map<string, Buffer>();
    for (const id of ids) {
      const key = select.get(Buffer.from(id, 'base64url'))?.key;
      if (key !== undefined) found.set(id, key);
    }
    return found;
  });

  return {
    take: freshKeys(async (made) => insertAll(made)),
    findMany: cached.findMany,
    destroy: async (ids) => {
      database.transaction(() => {
        for (const id of ids) remove.run(Buffer.from(id, 'base64url'));
      })();
      // Deleted content must not live on in the write-ahead log either.
      database.pragma('wal_checkpoint(TRUNCATE)');
      cached.forget(ids);
    },
    close: async () => {
      database.close();
    },
  };
};
