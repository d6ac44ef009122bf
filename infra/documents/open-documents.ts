import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { schemeOf } from '../url-scheme.ts';
import type { Documents } from './documents.ts';
import { MongodbDocuments } from './mongodb/mongodb-documents.ts';
import { isMongodbUrl } from './mongodb-url.ts';
import { SqliteDocuments } from './sqlite/sqlite-documents.ts';

/**
 * Opens the document store that the URL names; without one, the embedded store in `<dataDir>/documents.db`.
 * @param config.onWarning is told when the store works, but not as it should in production. Default: a warning of the process.
 * @throws Error naming DOCUMENTS_URL when its scheme is not known, it names no database or no server answers.
 */
export const openDocuments = async (config: {
  readonly url?: string;
  readonly dataDir: string;
  readonly onWarning?: (message: string) => void;
}): Promise<Documents> => {
  if (config.url !== undefined && isMongodbUrl(config.url))
    return MongodbDocuments.open(config.url, config.onWarning ?? ((message) => process.emitWarning(message)));
  if (config.url !== undefined && config.url !== '')
    throw new Error(
      `DOCUMENTS_URL: no document store for ${schemeOf(config.url)}; leave it unset for the embedded one`,
    );
  mkdirSync(config.dataDir, { recursive: true });
  return SqliteDocuments.open(join(config.dataDir, 'documents.db'));
};
