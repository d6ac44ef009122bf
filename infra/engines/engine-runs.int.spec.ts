import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningIn } from '../processes/kept-process.ts';
import { type Engine, EngineUnavailableError } from './engine.ts';
import { bringUp, statuses, takeDown } from './engine-runs.ts';
import { envFile } from './engines-dir.ts';
import { freePort } from './start-engine.ts';

/** A server that counts its starts in its folder. It stands for any engine: what is tested here is how they are run. */
const PROGRAM = `
  require('fs').appendFileSync('starts', 'x');
  require('http').createServer((request, response) => response.end()).listen(Number(process.argv[1]), '127.0.0.1');
  console.log('listening');`;

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}`).then(
    ({ ok }) => ok,
    () => false,
  );

const engine = (name: Engine['name'], variable: Engine['variable'], program = PROGRAM): Engine => ({
  name,
  variable,
  title: 'A server',
  version: '1.0',
  prepare: async () => undefined,
  launch: async ({ port }) => ({ program: process.execPath, args: ['-e', program, String(port)] }),
  url: (port) => `${name}://127.0.0.1:${port}`,
  isReady: answers,
});

const kafka = engine('kafka', 'EVENT_BUS_URL');
const redis = engine('redis', 'JOBS_URL');
const all = [kafka, redis];

let dir = '';
let told: string[] = [];
const others: ChildProcess[] = [];
const tell = (line: string): void => void told.push(line);
const up = (...engines: readonly Engine[]) =>
  bringUp(
    dir,
    all,
    engines.map((one) => ({ engine: one })),
    tell,
  );
const starts = (name: string): string => readFileSync(join(dir, name, 'starts'), 'utf8');
const pidOf = async (name: string): Promise<number | undefined> => (await runningIn(join(dir, name)))?.pid;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engines-'));
  told = [];
});
afterEach(async () => {
  await takeDown(dir, all, all);
  for (const child of others.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

describe('engines that outlive the command that started them', () => {
  it('are started with their URLs written, stay when asked for again, and are ended by pid', async () => {
    expect(await up(kafka, redis)).toEqual([]);
    const [first, second] = await statuses(dir, all);
    expect(first).toMatchObject({ ready: true, running: { pid: await pidOf('kafka') } });
    expect(first?.running?.residentBytes).toBeGreaterThan(1_000_000);
    expect(readFileSync(envFile(dir), 'utf8')).toBe(
      `EVENT_BUS_URL=kafka://127.0.0.1:${first?.running?.port}\nJOBS_URL=redis://127.0.0.1:${second?.running?.port}\n`,
    );

    expect(await up(kafka)).toEqual([]);
    expect(told.at(-1)).toBe('kafka is up already');
    expect(starts('kafka')).toBe('x');

    expect(await takeDown(dir, all, [kafka])).toEqual([kafka]);
    expect(readFileSync(envFile(dir), 'utf8')).toBe(`JOBS_URL=redis://127.0.0.1:${second?.running?.port}\n`);
    expect(await takeDown(dir, all, all)).toEqual([redis]);
    expect(existsSync(envFile(dir))).toBe(false);
    expect(await statuses(dir, all)).toEqual(all.map((one) => ({ engine: one, ready: false })));
  });

  it('come back on their folder and port after they died', async () => {
    await up(kafka);
    const before = (await statuses(dir, [kafka]))[0]?.running;
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => pidOf('kafka')).toBeUndefined();
    expect(await up(kafka)).toEqual([]);
    expect((await statuses(dir, [kafka]))[0]?.running?.port).toBe(before?.port);
    expect(starts('kafka')).toBe('xx');
  });

  it('start once where two ask at the same moment', async () => {
    const script = `
      import { bringUp } from '${new URL('./engine-runs.ts', import.meta.url)}';
      const engine = { name: 'kafka', title: 'A server', variable: 'EVENT_BUS_URL', prepare: async () => {}, url: (port) => 'kafka://h:' + port,
        launch: async ({ port }) => ({ program: process.execPath, args: ['-e', ${JSON.stringify(PROGRAM)}, String(port)] }),
        isReady: async (port) => fetch('http://127.0.0.1:' + port).then(() => true, () => false) };
      const failures = await bringUp(${JSON.stringify(dir)}, [engine], [{ engine }], () => {});
      process.exit(failures.length);`;
    const asked = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'inherit' }),
    );
    expect(await Promise.all(asked.map((child) => once(child, 'exit')))).toEqual(Array(3).fill([0, null]));
    expect(starts('kafka')).toBe('x');
  });

  it('never end a process that took over their number', async () => {
    await up(kafka);
    const kept = join(dir, 'kafka', 'process.json');
    const written = JSON.parse(readFileSync(kept, 'utf8')) as { pid: number };
    await takeDown(dir, all, [kafka]);
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    others.push(stranger);
    writeFileSync(kept, JSON.stringify({ ...written, pid: stranger.pid }));
    expect(await takeDown(dir, all, [kafka])).toEqual([]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });
});

describe('an engine that cannot be started', () => {
  it('is told by name while the others come up: missing program, early end', async () => {
    const missing: Engine = {
      ...redis,
      prepare: () => Promise.reject(new EngineUnavailableError('redis-server is missing: apt install redis-server')),
    };
    const ends = engine('mongodb', 'DOCUMENTS_URL', 'console.error("no disk"); process.exit(3)');
    const failures = await up(missing, kafka, ends);
    expect(failures.map(({ engine: { name }, error }) => [name, error.name])).toEqual([
      ['redis', 'EngineUnavailableError'],
      ['mongodb', 'Error'],
    ]);
    expect(failures[1]?.error.message).toMatch(/mongodb ended:\n[\s\S]*no disk/);
    expect(await pidOf('kafka')).toBeDefined();
    expect(readFileSync(envFile(dir), 'utf8')).toMatch(/^EVENT_BUS_URL=.*\n$/);
  });

  it('is refused where its port is taken, or another than the one it runs on', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const [taken] = await bringUp(dir, all, [{ engine: kafka, port }], tell);
    expect(taken?.error.message).toBe(`kafka: port ${port} is taken by another program`);
    server.close();
    expect(await bringUp(dir, all, [{ engine: kafka, port }], tell)).toEqual([]);
    const [moved] = await bringUp(dir, all, [{ engine: kafka, port: await freePort() }], tell);
    expect(moved?.error.message).toContain(`it is up on port ${port}`);
  });
});
