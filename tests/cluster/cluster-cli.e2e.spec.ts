import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askStatus, type ClusterStatus } from '../../infra/cluster/control.ts';
import { processFacts } from '../../infra/processes/process-identity.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cluster-cli-'));
});
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await Promise.all(started.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  rmSync(dir, { recursive: true });
}, 60_000);

/** `npm run cluster`, on embedded storage that the processes share. */
const cluster = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/cluster/cli.ts', ...args], {
    env: {
      ...process.env,
      CLUSTER_DIR: join(dir, 'run'),
      DATA_DIR: join(dir, 'data'),
      PORT: '0',
      SEED_DEMO: 'false',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
};

const ran = async (...args: readonly string[]) => {
  const child = cluster(...args);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('no output');
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { out, err, code: code as number | null };
};

/** Starts it, and resolves when it is ready with what it told on the way. */
const up = async (): Promise<{ child: ChildProcess; told: () => string }> => {
  const child = cluster();
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (told += String(chunk)));
  await expect.poll(() => told, { timeout: 90_000, interval: 100 }).toContain('The cluster is ready at');
  return { child, told: () => told };
};

const pidsOf = ({ members }: ClusterStatus): readonly number[] => members.flatMap(({ pid }) => pid ?? []);
const alive = async (pids: readonly number[]): Promise<readonly number[]> => {
  const facts = await Promise.all(pids.map(processFacts));
  return pids.filter((_, at) => facts[at] !== undefined);
};

describe('npm run cluster', () => {
  it('starts every role, tells how they are, ends what a killed one left, and ends all', {
    timeout: 240_000,
  }, async () => {
    const first = await up();
    expect(first.told()).toContain('embedded, as no URL is given: EVENT_STORE_URL');
    const { out, code } = await ran('status');
    expect(code).toBe(0);
    for (const name of ['command-api-2', 'query-api-1', 'relay-1', 'projector-2', 'process-managers-1', 'ml-1'])
      expect(out).toMatch(new RegExp(`'${name}'.*'ready'`));
    expect(await ran('up')).toMatchObject({ code: 1, err: expect.stringContaining('a cluster is up already at') });

    const before = pidsOf(await askStatus(join(dir, 'run')));
    expect(before).toHaveLength(8);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(await alive(before)).toEqual(before);

    const second = await up();
    expect(second.told()).toContain('was left over from an earlier run and is ended');
    expect(await alive(before)).toEqual([]);
    const status = await askStatus(join(dir, 'run'));
    const answer = await fetch(`${status.url}/health/ready`);
    expect(await answer.json()).toMatchObject({ ready: true });

    expect(await ran('down')).toMatchObject({ code: 0, err: expect.stringContaining('the cluster has ended') });
    await expect.poll(() => second.child.exitCode, { timeout: 10_000 }).toBe(0);
    expect(await alive(pidsOf(status))).toEqual([]);
  });

  it('tells how it is used, and that no cluster is up', async () => {
    expect(await ran('status')).toMatchObject({ code: 1, err: expect.stringContaining('no cluster is up') });
    for (const wrong of [['restart', 'barista'], ['dance'], ['status', 'relay']])
      expect(await ran(...wrong)).toMatchObject({ code: 2, err: expect.stringContaining('usage: npm run cluster') });
  });
});
