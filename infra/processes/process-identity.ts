import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the system knows of a process. */
export interface ProcessFacts {
  /** When it was started, in the system's own words. Tells it from a later process under the same number. */
  readonly started: string;
  /** Memory that it holds. */
  readonly residentBytes: number;
}

/** Of a process that runs; undefined where none does under this number, or only its remains (a zombie). */
export const processFacts = async (pid: number): Promise<ProcessFacts | undefined> =>
  process.platform === 'linux' ? await factsFromProc(pid) : await factsFromPs(pid);

/** Linux: man 5 proc_pid_stat. Images without `ps` are common. */
const factsFromProc = async (pid: number): Promise<ProcessFacts | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name stands in parentheses and may hold anything; what follows starts with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  if (started === undefined || state === 'Z' || state === 'X') return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return { started, residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024 };
};

const factsFromPs = async (pid: number): Promise<ProcessFacts | undefined> => {
  const { stdout } = await run('ps', ['-o', 'state=,rss=,lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const [state = 'Z', rss, ...started] = stdout.trim().split(/\s+/);
  return state.startsWith('Z') ? undefined : { started: started.join(' '), residentBytes: Number(rss) * 1024 };
};
