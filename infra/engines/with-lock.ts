import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';

/**
 * Does `work` while no other process does any for the same folder, which must exist. The lock is SQLite's, so that the system
 * gives it back when its holder dies, however that may be.
 */
export const withLock = async <R>(dir: string, work: () => Promise<R>): Promise<R> => {
  const lock = new Sqlite(join(dir, 'lock.db'), { timeout: 0 });
  try {
    while (!tryLock(lock)) await pause(100);
    return await work();
  } finally {
    lock.close();
  }
};

const tryLock = (lock: Sqlite.Database): boolean => {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
};
