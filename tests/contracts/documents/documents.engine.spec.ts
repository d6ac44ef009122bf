import { basename } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { dropDatabase, inDatabase } from '../../engines/mongodb-databases.ts';
import { documentsContract } from './documents-contract.ts';

const url = engineUrl('DOCUMENTS_URL');

describe.runIf(url !== undefined)('against the MongoDB that is up', () => {
  const used = new Set<string>();
  /** A database for each folder, the same when it is opened again. */
  documentsContract('MongoDB', (dataDir) => {
    const database = inDatabase(url ?? '', `contract-${basename(dataDir)}`);
    used.add(database);
    return openDocuments({ url: database, dataDir });
  });
  afterAll(async () => {
    for (const database of used) await dropDatabase(database);
  });
});
