import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EngineUnavailableError } from '../engine.ts';
import { elasticsearch } from './elasticsearch.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'engines-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

it('says what to install where a program is missing, and leaves nothing behind', async () => {
  vi.stubEnv('PATH', cache);
  const preparing = elasticsearch.prepare(cache);
  await expect(preparing).rejects.toThrow(EngineUnavailableError);
  await expect(preparing).rejects.toThrow('elasticsearch needs java: apt-get install openjdk-17-jdk-headless');
  expect(await readdir(cache)).toEqual([]);
});

it('is not ready where nobody listens', async () => {
  expect(await elasticsearch.isReady(1)).toBe(false);
});
