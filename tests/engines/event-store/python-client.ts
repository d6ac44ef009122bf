import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineCache } from '../../../infra/engines/start-engine.ts';

const run = promisify(execFile);
const VERSION = '1.1.7';

/**
 * The Python that has esdbclient, installed into the cache of the engines where it is missing.
 * Undefined when this machine can't have it. @throws Error then where REQUIRE_ENGINES says that it must.
 */
export const pythonClient = async (): Promise<string | undefined> => {
  const folder = join(engineCache(), `esdbclient-${VERSION}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  await mkdir(engineCache(), { recursive: true });
  const work = await mkdtemp(join(engineCache(), '.esdbclient-'));
  try {
    await run('python3', ['-m', 'venv', work]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `esdbclient==${VERSION}`];
    await run(join(work, 'bin/python'), pip);
    // Another process may have been quicker: its work is as good.
    await rename(work, folder).catch(() => undefined);
    return python;
  } catch (error) {
    if (process.env.REQUIRE_ENGINES !== 'true') return undefined;
    throw new Error(`esdbclient ${VERSION} could not be installed: needs python3 with venv, and a package index`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};
