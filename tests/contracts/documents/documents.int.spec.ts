import { expect, it } from 'vitest';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { documentsContract } from './documents-contract.ts';

documentsContract('SQLite', (dataDir) => openDocuments({ dataDir }));

it('refuses a document store it does not know by its scheme, without showing the rest of the URL', async () => {
  const opening = openDocuments({ url: 'couch://user:secret@127.0.0.1/x', dataDir: '/tmp' });
  await expect(opening).rejects.toThrow(/^DOCUMENTS_URL: .*couch:(?!.*secret)/);
});
