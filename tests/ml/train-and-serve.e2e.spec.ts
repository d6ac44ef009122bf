import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../platform/start-platform.ts';
import { type OwnerCalls, ownerCalls } from './demo-platform.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a company’s own model', () => {
  let dir: string;
  let platform: Platform;
  let owner: OwnerCalls;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'train-'));
    platform = await startPlatform(dir);
    owner = await ownerCalls(platform);
  });
  afterAll(async () => {
    await platform.stop();
    await rm(dir, { recursive: true });
  });

  const predict = () =>
    owner.call('POST', '/v1/models/cancellation/predictions', {
      rows: [{ kind: 'stay', 'lead-days': 300, deposit: 'NON_REFUNDABLE', country: 'PRT' }, { 'lead-days': 0 }],
    });

  it('is not there at first, and is trained when it is asked for', async () => {
    expect(await predict()).toMatchObject({ status: 404 });
    expect(await owner.call('POST', '/v1/models/weather/trainings', {})).toMatchObject({ status: 404 });
    expect(await owner.call('POST', '/v1/models/cancellation/trainings', {})).toMatchObject({ status: 202 });
    const version = await owner.until('it is live', async () => {
      const found = await owner.versionOf('cancellation', '1.0.0');
      return found?.stage === 'live' ? found : undefined;
    });
    expect(version.source).toMatch(/^training: asked for by user:/);
    expect(version.metrics.auc).toBeGreaterThan(0.8);
    const { body } = await owner.call('GET', '/v1/models/cancellation/training');
    expect(body).toMatchObject({ state: 'none', error: null });
    const card = await fetch(`${platform.origin}/v1/models/cancellation/versions/1.0.0/card`);
    expect(card.status).toBe(401);
  });

  it('answers, higher for the guest who is likelier to stay away', async () => {
    const answer = await owner.until('it answers', async () => {
      const { status, body } = await predict();
      return status === 200 ? body : undefined;
    });
    const [[likely], [unlikely]] = (answer.outputs as { probability: [[number], [number]] }).probability;
    expect(answer).toMatchObject({ version: '1.0.0', stage: 'live' });
    expect(likely).toBeGreaterThan(unlikely);
  });

  it('is trained from a terminal too, and is not taken for better where nothing has changed', async () => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'ml/training/train-cli.ts', 'cancellation'], {
      cwd: root,
      env: { ...process.env, DATA_DIR: dir },
    });
    expect(stdout).toContain('cancellation 1.1.0');
    expect(stdout).toContain('not-worse than the live 1.0.0');
    expect(await owner.until('1.1.0 is registered', () => owner.versionOf('cancellation', '1.1.0'))).toMatchObject({
      stage: 'registered',
      source: 'folder',
      comparison: { with: '1.0.0', verdict: 'not-worse' },
    });
  });

  it('is taken back to the fallback, which says so', async () => {
    const rolledBack = await owner.call('POST', '/v1/models/cancellation/rollback', { expectedLive: '1.0.0' });
    expect(rolledBack).toMatchObject({ status: 200, body: { live: null } });
    const refused = await owner.until('it answers no more', async () => {
      const answer = await predict();
      return answer.status === 200 ? undefined : answer;
    });
    expect(refused).toMatchObject({ status: 503 });
  });
});
