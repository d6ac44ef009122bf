import { basename } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { openSubjectKeys } from '../../../infra/personal-data/open-subject-keys.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { dropDatabase, freshDatabase, inDatabase } from '../../engines/mongodb-databases.ts';
import { subjectKeysContract } from './subject-keys-contract.ts';

const url = engineUrl('DOCUMENTS_URL');

describe.runIf(url !== undefined)('beside the documents in MongoDB', () => {
  const used = new Set<string>();
  subjectKeysContract('MongoDB', (dataDir) => {
    const database = inDatabase(url ?? '', basename(dataDir));
    used.add(database);
    return openSubjectKeys({ url: database, dataDir });
  });
  afterAll(async () => {
    for (const database of used) await dropDatabase(database);
  });

  it('is no collection of the documents, and holds no destroyed key', async () => {
    const database = freshDatabase(url ?? '', 'vault');
    used.add(database);
    const keys = await openSubjectKeys({ url: database, dataDir: '.' });
    const documents = await openDocuments({ url: database, dataDir: '.' });
    const [gone, kept] = await keys.take(2);
    await keys.destroy([gone?.id ?? '']);
    expect(await documents.collections()).toEqual([]);
    await expect(documents.drop('subject-keys')).rejects.toThrow(/subject-keys/);
    const client = await MongoClient.connect(database);
    const stored = await client.db().collection<{ _id: string }>('subject-keys').distinct('_id');
    expect(stored).toContain(kept?.id);
    expect(stored).not.toContain(gone?.id);
    await Promise.all([client.close(), keys.close(), documents.close()]);
  });
});
