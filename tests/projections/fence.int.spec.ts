import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { fenceContract } from './fence-contract.ts';

describe('the leases of views, embedded', () => {
  const dataDir = mkdtemp(join(tmpdir(), 'fence-'));
  fenceContract(async () => openDocuments({ dataDir: await dataDir }));
  afterAll(async () => rm(await dataDir, { recursive: true }));
});
