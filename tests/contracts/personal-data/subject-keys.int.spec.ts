import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSubjectKeys } from '../../../infra/personal-data/open-subject-keys.ts';
import { subjectKeysContract } from './subject-keys-contract.ts';

subjectKeysContract('SQLite', (dataDir) => openSubjectKeys({ dataDir }));

it('leaves no byte of a destroyed key in the file', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keys-'));
  const keys = await openSubjectKeys({ dataDir });
  const [taken] = await keys.take(1);
  if (taken === undefined) throw new Error('no key');
  await keys.destroy([taken.id]);
  await keys.close();
  expect((await readFile(join(dataDir, 'keys.db'))).includes(taken.key)).toBe(false);
  await rm(dataDir, { recursive: true });
});
