import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../start-engine.ts';
import { configIn, isHealthy, javaArguments } from './node.ts';

const READY_MS = 90_000;

/** Where Java keeps the classes as it has them in memory; without it a start takes four times the CPU time. */
export const archiveIn = (home: string): string => join(home, 'classes.jsa');

/**
 * Starts a node once so that Java archives its classes, where that is not done yet. It names the jars by their paths: the home
 * must be where it stays. A node that does not start leaves no archive; what is wrong is seen when the engine is started.
 */
export const archiveClasses = async (home: string): Promise<void> => {
  const archive = archiveIn(home);
  if (await exists(archive)) return;
  const dir = await mkdtemp(join(tmpdir(), 'elasticsearch-'));
  try {
    const port = await freePort();
    const config = await configIn(dir, port, await freePort());
    const made = `${archive}.${process.pid}`;
    const args = javaArguments(home, config, [
      `-XX:ArchiveClassesAtExit=${made}`,
      '-Xlog:cds=off',
      '-Xlog:cds+dynamic=off',
    ]);
    const node = spawn('java', args, { stdio: 'ignore' });
    const ended = once(node, 'exit');
    const isRunning = (): boolean => node.exitCode === null && node.signalCode === null;
    let healthy = false;
    for (const deadline = Date.now() + READY_MS; !healthy && isRunning() && Date.now() < deadline; await pause(100))
      healthy = await isHealthy(port);
    node.kill('SIGTERM');
    await ended;
    if (healthy && (await exists(made))) await rename(made, archive);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
