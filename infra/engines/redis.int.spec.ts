import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EngineUnavailableError } from './engine.ts';
import { redis } from './redis.ts';
import { freePort } from './start-engine.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'redis-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

it('tells what to install where there is neither a server nor a package manager, and leaves nothing half-made', async () => {
  vi.stubEnv('PATH', dir);
  const preparing = redis.prepare(join(dir, 'cache'));
  await expect(preparing).rejects.toThrow(EngineUnavailableError);
  await expect(preparing).rejects.toThrow(/apt-get install redis-server/);
  expect(await readdir(join(dir, 'cache'))).toEqual([]);
});

it('writes every change to the disk before it answers, listens on loopback alone, and never drops a key', async () => {
  const { args } = await redis.launch({ cache: dir, dir, port: 6390, innerPort: 6391 });
  const line = args.join(' ');
  expect(line).toContain('--bind 127.0.0.1 --port 6390');
  expect(line).toContain('--appendonly yes --appendfsync always');
  expect(line).toContain('--maxmemory-policy noeviction');
});

it('is not ready where nothing listens, and not while it loads its data', async () => {
  expect(await redis.isReady(await freePort())).toBe(false);
  const loading = createServer((socket) => socket.end('-LOADING Redis is loading the dataset in memory\r\n'));
  const port = await freePort();
  await new Promise<void>((listening) => loading.listen(port, '127.0.0.1', listening));
  expect(await redis.isReady(port)).toBe(false);
  loading.close();
});
