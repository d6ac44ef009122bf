import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, EngineUnavailableError } from './engine.ts';

const run = promisify(execFile);

/** What else the server is linked with, every Debian with apt has. */
const PACKAGES = ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1'];
const READY_WITHIN_MS = 1_000;

/** Redis, from Debian: the installed one, or its packages unpacked in the cache. It keeps every acknowledged write over a power loss. */
export const redis: Engine = {
  name: 'redis',
  title: 'Redis',
  version: '7',
  variable: 'JOBS_URL',
  prepare: async (cache) => {
    if ((await installed()) === undefined && !(await exists(join(cache, 'redis')))) await fetchInto(cache);
  },
  launch: async ({ cache, dir, port }) => {
    const data = join(dir, 'data');
    await mkdir(data, { recursive: true });
    const program = await installed();
    const args = [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', data],
      // An answer means that the write is on the disk. Writes that come together share one flush.
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
      // A queue that forgets jobs when memory is short would break its promise: it refuses instead.
      ...['--maxmemory-policy', 'noeviction'],
    ];
    return program === undefined ? { ...unpacked(join(cache, 'redis')), args } : { program, args };
  },
  url: (port) => `redis://127.0.0.1:${port}/0`,
  isReady: (port) => pings(port),
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** `redis-server` on the PATH. */
const installed = async (): Promise<string | undefined> => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'redis-server');
    const runs = await access(program, constants.X_OK).then(
      () => folder !== '',
      () => false,
    );
    if (runs) return program;
  }
  return undefined;
};

/** The program in packages unpacked under `root`, with where its libraries are. */
const unpacked = (root: string): { readonly program: string; readonly env: { readonly LD_LIBRARY_PATH: string } } => {
  const machine = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string] ?? process.arch;
  return {
    program: join(root, 'usr/bin/redis-server'),
    env: { LD_LIBRARY_PATH: [join(root, 'usr/lib', machine), process.env.LD_LIBRARY_PATH ?? ''].join(delimiter) },
  };
};

/** Unpacks the packages without installing them; a second process that does the same finds the work done. */
const fetchInto = async (cache: string): Promise<void> => {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'redis-'));
  try {
    const root = join(work, 'root');
    await mkdir(root);
    const download = () => run('apt-get', ['-q', 'download', ...PACKAGES], { cwd: work });
    // A fresh machine has no package lists yet.
    await download().catch(async () => {
      await run('apt-get', ['-q', 'update']);
      await download();
    });
    for (const file of await readdir(work))
      if (file.endsWith('.deb')) await run('dpkg', ['-x', join(work, file), root]);
    const { program, env } = unpacked(root);
    await run(program, ['--version'], { env: { ...process.env, ...env } });
    await rename(root, join(cache, 'redis')).catch(async (error: unknown) => {
      if (!(await exists(join(cache, 'redis')))) throw error;
    });
  } catch (error) {
    throw new EngineUnavailableError(
      'redis: no redis-server is installed and its Debian packages could not be unpacked; run `apt-get install redis-server`',
      { cause: error },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/** Whether it answers PING: while it loads its data it answers with an error. */
const pings = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: READY_WITHIN_MS });
    const end = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => end(answer.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
  });
