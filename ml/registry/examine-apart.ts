import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExaminationNews, ExaminationTask } from './examination-process.ts';
import type { Examination } from './examine-folder.ts';

const ENTRY = fileURLToPath(new URL('./examination-process.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Examines a model in a process of its own: one that crashes or never ends is told to have done so, and hurts nobody else.
 * @throws Error when the examination itself could not be done: no process, no access to the files
 */
export const examineApart = ({ folder, ...task }: ExaminationTask): Promise<Examination> =>
  new Promise((answer, fail) => {
    const child = fork(ENTRY, { cwd: ROOT, execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    // Those who wait for an answer go first.
    if (child.pid !== undefined) setPriority(child.pid, 10);
    let isReady = false;
    let last: Examination | undefined;
    let failure: string | undefined;
    let said = '';
    child.stderr?.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-1_000);
    });
    const { timeoutMs } = task.limits;
    const timer = setTimeout(() => {
      last ??= {
        problems: [`the model was not through its examination in ${timeoutMs / 1_000} s: make it smaller or faster`],
      };
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('message', (message) => {
      const news = message as ExaminationNews;
      if ('ready' in news) isReady = true;
      else if ('examination' in news) last ??= news.examination;
      else failure = news.failed;
    });
    child.on('error', (error) => {
      failure ??= error.message;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (failure !== undefined) fail(new Error(`a model could not be examined: ${failure}`));
      else if (last !== undefined) answer(last);
      else if (isReady)
        answer({ problems: [`the model ended the process that ran it (${signal ?? code}): ${said.trim()}`] });
      else fail(new Error(`a model could not be examined: its process ended with ${signal ?? code}: ${said.trim()}`));
    });
    child.send({ ...task, folder: resolve(folder) });
  });
