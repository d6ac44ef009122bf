import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { TrainedVersion } from './train-model.ts';
import { TooLittleDataError } from './trainer.ts';
import type { TrainingNews, TrainingTask } from './training-process.ts';

/** The training process failed, died or took too long. */
export class TrainingFailedError extends Error {
  override readonly name = 'TrainingFailedError';
}

export interface RunTrainingOptions {
  /** From 0 to 1. */
  readonly onProgress?: (part: number) => void;
  /** Longer than this is given up. Default 60 minutes. */
  readonly timeoutMs?: number;
  /** Ends the process; the promise rejects. */
  readonly signal?: AbortSignal | undefined;
}

const ENTRY = fileURLToPath(new URL('./training-process.ts', import.meta.url));

/**
 * Trains in a process of its own: it may take a processor and gigabytes for minutes, and its death is nobody else's.
 * @throws TooLittleDataError, TrainingFailedError
 */
export const runTraining = (
  task: TrainingTask,
  { onProgress = () => {}, timeoutMs = 3_600_000, signal }: RunTrainingOptions = {},
): Promise<TrainedVersion> =>
  new Promise((resolve, reject) => {
    const child = fork(ENTRY, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    // Those who wait for an answer go first.
    if (child.pid !== undefined) setPriority(child.pid, 10);
    let last: TrainingNews | undefined;
    let said = '';
    child.stderr?.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-4_000);
    });
    const end = (why: string) => {
      last ??= { news: 'failed', message: why };
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end(`it took longer than ${timeoutMs} ms`), timeoutMs);
    const onAbort = () => end('it was called off');
    signal?.addEventListener('abort', onAbort, { once: true });
    child.on('message', (message) => {
      const news = message as TrainingNews;
      if (news.news === 'progress') onProgress(news.part);
      else last ??= news;
    });
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (last?.news === 'trained') return resolve(last.trained);
      if (last?.news === 'too-little-data') return reject(new TooLittleDataError(last.message));
      const why = last === undefined ? `its process ended with ${code ?? killedBy}: ${said.trim()}` : messageOf(last);
      reject(new TrainingFailedError(`${task.name} could not be trained: ${why}`));
    });
    child.send(task);
  });

const messageOf = (news: TrainingNews): string => ('message' in news ? news.message : news.news);
