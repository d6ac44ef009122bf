import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineCache } from '../../infra/engines/start-engine.ts';

const run = promisify(execFile);

/**
 * A Python with what an example's requirements ask for, made once and kept with the downloads of the engines. Undefined: there is
 * no Python 3.11 here, or its packages can't be had.
 * @throws Error instead, when REQUIRE_ENGINES says that nothing may be missing
 */
export const examplePython = async (requirements: string): Promise<string | undefined> => {
  const key = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const home = join(engineCache(), `python-example-${key}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  const begun = `${home}.${process.pid}`;
  try {
    await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    await run('python3', ['-m', 'venv', '--copies', begun]);
    await run(join(begun, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
    await rename(begun, home);
    return python;
  } catch (error) {
    await rm(begun, { recursive: true, force: true });
    if (process.env.REQUIRE_ENGINES === 'true') throw error;
    return undefined;
  }
};
