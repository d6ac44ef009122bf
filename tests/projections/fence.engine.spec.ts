import { afterAll, describe } from 'vitest';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { engineUrl } from '../engines/engine-urls.ts';
import { dropDatabase, freshDatabase } from '../engines/mongodb-databases.ts';
import { fenceContract } from './fence-contract.ts';

const mongodb = engineUrl('DOCUMENTS_URL');

describe.runIf(mongodb !== undefined)('the leases of views in MongoDB', () => {
  const url = freshDatabase(mongodb ?? '', 'fence');
  fenceContract(() => openDocuments({ url, dataDir: '' }));
  afterAll(() => dropDatabase(url));
});
