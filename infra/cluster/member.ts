import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keepProcess } from '../processes/kept-process.ts';

/** One process of the platform. */
export interface Member {
  readonly name: string;
  readonly pid: number;
  readonly origin: string;
  /** Resolves when the process has ended, however that came. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** SIGTERM, SIGKILL after `graceMs`. Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

export interface MemberPlan {
  readonly name: string;
  /** Of its log and `process.json`. */
  readonly dir: string;
  readonly port: number;
  /** The whole of it, less PORT and HOST. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program of its own: nothing of it runs in this process. */
const MAIN = join(fileURLToPath(new URL('../..', import.meta.url)), 'main.ts');
const ASK_MS = 2_000;
const STEP_MS = 100;

/** Starts a process; its output goes to `<dir>/log`. It may not be ready yet. */
export const startMember = async ({ name, dir, port, env }: MemberPlan): Promise<Member> => {
  await mkdir(dir, { recursive: true });
  const output = await open(join(dir, 'log'), 'a');
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
      env: { ...env, PORT: String(port), HOST: '127.0.0.1' },
      stdio: ['ignore', output.fd, output.fd],
      // Ctrl-C goes to the whole group of a terminal: whoever runs the cluster ends its processes in order.
      detached: true,
    });
    await once(child, 'spawn');
  } finally {
    await output.close();
  }
  const pid = child.pid ?? 0;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const ended = hasEnded() ? Promise.resolve() : once(child, 'exit').then(() => undefined);
  await keepProcess(dir, pid, port);
  return {
    name,
    pid,
    origin: `http://127.0.0.1:${port}`,
    ended,
    hasEnded,
    stop: async (graceMs) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

/** What a process says of itself; undefined: no answer within 2 s. */
export const asked = async ({ origin }: Member, path: string): Promise<Response | undefined> => {
  const answer = await fetch(`${origin}${path}`, { signal: AbortSignal.timeout(ASK_MS) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer;
};

/** @throws Error with the end of its log when it ended or was not ready in time. */
export const untilReady = async (member: Member, dir: string, withinMs: number): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!member.hasEnded() && Date.now() < deadline) {
    if ((await asked(member, '/health/ready'))?.ok) return;
    await pause(STEP_MS);
  }
  const why = member.hasEnded() ? 'ended' : 'was not ready in time';
  member.kill();
  await member.ended;
  const log = (await readFile(join(dir, 'log'), 'utf8').catch(() => '')).slice(-2_000);
  throw new Error(`${member.name} ${why}:\n${log}`);
};
