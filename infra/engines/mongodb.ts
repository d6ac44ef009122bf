import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, EngineUnavailableError } from './engine.ts';

const run = promisify(execFile);

const QUICK = { folder: 'mongodb', version: '0.7.0b3' };
const FAST = { folder: 'mongodb-fast', version: '0.5.3-beta.196' };
const READY_WITHIN_MS = 1_000;

/** The quick one, whatever has been built: it can also be started as a server without transactions (`--standalone`). */
export const quickMongodb: Engine = {
  name: 'mongodb',
  title: 'SecantusDB in place of MongoDB',
  variable: 'DOCUMENTS_URL',
  prepare: async (cache) => {
    if (!(await exists(join(cache, QUICK.folder)))) await fetchQuick(cache);
  },
  launch: async ({ cache, dir, port }) => {
    const bin = join(cache, QUICK.folder, 'bin');
    // The script's first line names the folder in which it was installed, which has been renamed since.
    const script = [join(bin, 'secantusd-py'), '--cache-size', '256M', '--log-level', 'WARNING'];
    return { program: join(bin, 'python'), args: [...script, ...(await commonArgs(dir, port))] };
  },
  url: (port) => `mongodb://127.0.0.1:${port}/spirit-tours?replicaSet=secantus`,
  isReady: (port) => accepts(port),
};

/**
 * SecantusDB, which speaks MongoDB's protocol as a replica set of one: no MongoDB server is on a package registry. For
 * development and CI only. The quick one (Python) is fetched in seconds; the fast one (Rust) is taken where it has been built.
 * Either syncs each commit, so that what was acknowledged survives SIGKILL, as on a replica set.
 */
export const mongodb: Engine = {
  ...quickMongodb,
  prepare: async (cache) => {
    if (!(await exists(fastProgram(cache)))) await quickMongodb.prepare(cache);
  },
  launch: async (place) => {
    if (!(await exists(fastProgram(place.cache)))) return quickMongodb.launch(place);
    return { program: fastProgram(place.cache), args: await commonArgs(place.dir, place.port) };
  },
};

const commonArgs = async (dir: string, port: number): Promise<readonly string[]> => {
  const data = join(dir, 'data');
  await mkdir(data, { recursive: true });
  return ['--host', '127.0.0.1', '--port', String(port), '--storage-path', data, '--sync-on-commit'];
};

/**
 * Builds the fast one, which takes two cores 9 to 14 minutes; what is started afterwards uses it.
 * @throws EngineUnavailableError when cargo is missing or the build fails.
 */
export const buildFastMongodb = async (cache: string): Promise<void> => {
  if (await exists(fastProgram(cache))) return;
  await into(cache, FAST.folder, async (work) => {
    await run(
      'cargo',
      ['install', 'secantus-mdb', '--version', FAST.version, '--ignore-rust-version', '--locked', '--root', work],
      { maxBuffer: 64 * 2 ** 20 },
    ).catch((error: unknown) => {
      throw new EngineUnavailableError('mongodb: the fast one could not be built; it needs cargo (https://rustup.rs)', {
        cause: error,
      });
    });
  });
};

const fastProgram = (cache: string): string => join(cache, FAST.folder, 'bin/secantusd-rs');

const fetchQuick = (cache: string): Promise<void> =>
  into(cache, QUICK.folder, async (work) => {
    await run('python3', ['-m', 'venv', work]).catch((error: unknown) => {
      throw new EngineUnavailableError('mongodb: needs python3 with venv; run `apt-get install python3-venv`', {
        cause: error,
      });
    });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `secantusdb==${QUICK.version}`];
    await run(join(work, 'bin/python'), pip).catch((error: unknown) => {
      throw new EngineUnavailableError(
        `mongodb: secantusdb ${QUICK.version} could not be installed by pip (Python 3.11 or later, a package index)`,
        { cause: error },
      );
    });
  });

/** Fills a folder of the cache as a whole or not at all; of two processes that do it at once, one's work is kept. */
const into = async (cache: string, folder: string, fill: (work: string) => Promise<void>): Promise<void> => {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `${folder}-`));
  try {
    await fill(work);
    await rename(work, join(cache, folder)).catch(async (error: unknown) => {
      if (!(await exists(join(cache, folder)))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** It listens once its storage is open. */
const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: READY_WITHIN_MS });
    const end = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
