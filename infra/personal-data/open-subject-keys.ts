import { isMongodbUrl } from '../documents/mongodb-url.ts';
import { openMongodbSubjectKeys } from './mongodb/mongodb-subject-keys.ts';
import { openSqliteSubjectKeys } from './sqlite/sqlite-subject-keys.ts';
import type { SubjectKeys } from './subject-keys.ts';

/**
 * Opens the key vault: beside the documents where `url` names their database, so that all processes of a cluster have it;
 * else in `<dataDir>/keys.db`.
 * @param config.url DOCUMENTS_URL
 * @throws Error when it can't be opened.
 */
export const openSubjectKeys = async (config: {
  readonly url?: string;
  readonly dataDir: string;
}): Promise<SubjectKeys> =>
  config.url !== undefined && isMongodbUrl(config.url)
    ? openMongodbSubjectKeys(config.url)
    : openSqliteSubjectKeys(config.dataDir);
