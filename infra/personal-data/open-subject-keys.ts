import { openSqliteSubjectKeys } from './sqlite/sqlite-subject-keys.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** Opens the key vault of a data directory. */
export const openSubjectKeys = (config: { readonly dataDir: string }): SubjectKeys =>
  openSqliteSubjectKeys(config.dataDir);
