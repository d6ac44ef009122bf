import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningIn } from '../processes/kept-process.ts';
import type { Engine } from './engine.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';

/** It notes how it was started and ended. */
const PROGRAM = `
  const { appendFileSync } = require('fs');
  appendFileSync('notes', 'began ' + process.env.MARK + '\\n');
  process.on('SIGTERM', () => { appendFileSync('notes', 'ended\\n'); process.exit(); });
  require('http').createServer((request, response) => response.end()).listen(Number(process.argv[1]), '127.0.0.1');`;

const server: Engine = {
  name: 'redis',
  title: 'A server',
  variable: 'JOBS_URL',
  prepare: async () => undefined,
  launch: async ({ port }) => ({
    program: process.execPath,
    args: ['-e', PROGRAM, String(port)],
    env: { MARK: 'here' },
  }),
  url: (port) => `redis://127.0.0.1:${port}`,
  isReady: (port) =>
    fetch(`http://127.0.0.1:${port}`).then(
      () => true,
      () => false,
    ),
};

let dir = '';
let running: RunningEngine | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engine-'));
});
afterEach(async () => {
  await running?.kill();
  rmSync(dir, { recursive: true });
});
const notes = (): string => readFileSync(join(dir, 'notes'), 'utf8');

describe('an engine', () => {
  it('is ready when it is there, keeps its port over restarts in one folder, and ends in order or at once', async () => {
    running = await startEngine(server, { dir });
    const { port, pid, url } = running;
    expect(url).toBe(`redis://127.0.0.1:${port}`);
    expect(await server.isReady(port)).toBe(true);
    expect(await runningIn(dir)).toMatchObject({ pid, port });
    await running.stop();
    expect(await runningIn(dir)).toBeUndefined();
    expect(notes()).toBe('began here\nended\n');

    running = await startEngine(server, { dir });
    expect(running.port).toBe(port);
    await running.kill();
    expect(notes()).toBe('began here\nended\nbegan here\n');
    // Ending it once more is no error.
    await running.stop();
  });

  it('whose program is missing is told by that, and leaves nothing', async () => {
    const missing: Engine = { ...server, launch: async () => ({ program: join(dir, 'no-such-program'), args: [] }) };
    await expect(startEngine(missing, { dir })).rejects.toThrow(/ENOENT/);
    expect(existsSync(join(dir, 'process.json'))).toBe(false);
  });
});
