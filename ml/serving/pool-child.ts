import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FromPool, PoolSettings, ToPool } from './pool/pool-messages.ts';
import { openRunRecord, type RunningModel } from './pool/run-record.ts';

/** The pool's process, from outside. */
export interface PoolChild {
  readonly pid: number | undefined;
  send(message: ToPool): void;
  /** Which worker runs which model now, or ran it when the process died. */
  running(): readonly RunningModel[];
  kill(): void;
  /** Ends the process: it has nothing to put in order. What it still runs is lost: drain before. Resolves when it has ended. */
  end(): Promise<void>;
}

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Starts the process. `onExit` is called once, whatever the reason. */
export const startPoolChild = (
  settings: PoolSettings,
  onMessage: (message: FromPool) => void,
  onExit: (reason: string, running: readonly RunningModel[]) => void,
): PoolChild => {
  const record = openRunRecord();
  const child: ChildProcess = fork(
    fileURLToPath(new URL('./pool/pool-process.ts', import.meta.url)),
    [JSON.stringify(settings)],
    {
      // Typed arrays go as bytes. Measured: a round trip of 1 row of 30 features takes 0.1 ms, of 4,096 rows 0.7 ms.
      serialization: 'advanced',
      execArgv: ['--import', loader],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', record.descriptor],
    },
  );
  let ended = false;
  const ending = new Promise<void>((resolve) => {
    const exited = (reason: string): void => {
      if (ended) return;
      ended = true;
      const running = record.running();
      record.close();
      resolve();
      onExit(reason, running);
    };
    child.on('exit', (code, signal) => exited(signal === null ? `it ended with ${code}` : `it was ended by ${signal}`));
    // Could not be started, or could not be sent to: in the second case the exit follows.
    child.on('error', (error) => {
      if (child.pid === undefined) exited(error.message);
    });
  });
  child.on('message', onMessage);
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    running: () => (ended ? [] : record.running()),
    kill: () => void child.kill('SIGKILL'),
    end: async () => {
      child.kill('SIGKILL');
      await ending;
    },
  };
};
