import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The key that signs sessions: `configured` where there is one, else made once and kept in `<dataDir>/session-secret`,
 * readable by its owner alone. Processes that start together agree on one.
 */
export const sessionSecret = async (configured: string | undefined, dataDir: string): Promise<Uint8Array> => {
  if (configured !== undefined) return Buffer.from(configured, 'utf8');
  const file = join(dataDir, 'session-secret');
  const kept = await readSecret(file);
  if (kept !== undefined) return kept;
  await mkdir(dataDir, { recursive: true });
  // Written beside and linked into place, so that no process ever reads a half-written secret.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(48).toString('base64url'));
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readSecret(file);
  if (made === undefined) throw new Error(`The session secret ${file} vanished`);
  return made;
};

const readSecret = async (file: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
