import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../infra/engines/start-engine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm start` writes to DATA_DIR/demo.json. */
export interface Demo {
  readonly baseUrl: string;
  readonly tenant: string;
  readonly signIn: { readonly email: string; readonly password: string };
  readonly octoApiKey: string;
}

export interface Platform {
  readonly origin: string;
  readonly demo: Demo;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  readonly output: () => string;
  /** SIGTERM, and the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL: as a power cut would. */
  readonly kill: () => Promise<void>;
}

/** Runs main.ts as `npm start` does, on embedded storage in `dataDir`, and waits until it is ready. */
export const startPlatform = async (dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<Platform> => {
  const port = env.PORT ?? String(await freePort());
  const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
    cwd: root,
    env: { ...process.env, LOG_LEVEL: 'warn', TRAIN_MODELS: 'false', ...env, PORT: port, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const origin = `http://127.0.0.1:${port}`;
  await ready(origin, child, () => printed);
  return {
    origin,
    demo: JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8')) as Demo,
    process: child,
    output: () => printed,
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

const ready = async (origin: string, child: ChildProcess, output: () => string): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the platform ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${origin}/health/ready`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the platform was not ready within 60 s:\n${output()}`);
};

/** A session token of a staff member of the demo company. */
export const signIn = ({ origin, demo }: Pick<Platform, 'origin' | 'demo'>): Promise<string> =>
  signInAt(origin, demo.signIn);

/** A session token of whoever has these credentials. */
export const signInAt = async (origin: string, credentials: Demo['signIn']): Promise<string> => {
  const answer = await fetch(`${origin}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  if (!answer.ok) throw new Error(`sign-in failed: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
};

/** What `/health/ready` tells of the views. */
export interface ViewLag {
  readonly headPosition: number;
  /** Absent while it is not ready. */
  readonly views?: readonly { readonly view: string; readonly lagEvents: number }[];
}

export const viewLagOf = async (origin: string): Promise<ViewLag> =>
  (await (await fetch(`${origin}/health/ready`)).json()) as ViewLag;

/** Resolves when every view has handled every event that was there. @throws Error after five minutes */
export const caughtUp = async (origin: string): Promise<void> => {
  for (const deadline = Date.now() + 300_000; ; ) {
    const { views } = await viewLagOf(origin);
    if (views?.every(({ lagEvents }) => lagEvents === 0)) return;
    if (Date.now() > deadline) throw new Error(`the views did not catch up: ${JSON.stringify(views)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
