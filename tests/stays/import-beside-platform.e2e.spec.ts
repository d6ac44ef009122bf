import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../platform/start-platform.ts';
import { until } from '../projections/running-views.ts';
import { figuresOfFile } from './booking-figures.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = join(root, 'command-side/stays/import/sample/hotel-bookings-sample.csv.gz');

let dataDir: string;
let platform: Platform;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'beside-'));
  platform = await startPlatform(dataDir);
}, 60_000);
afterAll(async () => {
  await platform.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

const json = async (path: string, init: RequestInit = {}) =>
  (await (await fetch(`${platform.origin}${path}`, init)).json()) as Record<string, unknown>;

it('an import beside the running platform shows in its figures, on top of the sample that it was seeded with', async () => {
  // The sample without its row numbers is another data set: its bookings come on top.
  const published = gunzipSync(readFileSync(SAMPLE))
    .toString('utf8')
    .replace(/,[^,\n]*$/gm, '');
  const file = join(dataDir, 'other.csv.gz');
  writeFileSync(file, gzipSync(published));
  const command = spawn(
    process.execPath,
    ['--import', 'tsx', 'command-side/stays/import/cli.ts', file, '--source', 'other-hotels'],
    {
      cwd: root,
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: 'ignore',
    },
  );
  expect(await once(command, 'close')).toEqual([0, null]);

  const signIn = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const { token } = await json('/v1/sign-in', { ...signIn, body: JSON.stringify(platform.demo.signIn) });
  const rows = async (): Promise<readonly Record<string, unknown>[]> => {
    const headers = { authorization: `Bearer ${token}` };
    const { rows: cells } = await json('/v1/analytics?source=stays&by=month,subject', { headers });
    return cells as readonly Record<string, unknown>[];
  };
  const bookings = async () => (await rows()).reduce((sum, row) => sum + Number(row.bookings), 0);
  await until(async () => (await bookings()) === 2 * 1_990, 20_000);

  const figures = figuresOfFile(SAMPLE);
  const found = await rows();
  expect(found).toHaveLength(figures.size);
  for (const row of found) {
    const single = figures.get(`${row.subjectName}/${row.month}`);
    expect(row).toMatchObject({
      arrivals: 2 * (single?.arrivals ?? 0),
      cancellations: 2 * (single?.cancellations ?? 0),
      noShows: 2 * (single?.noShows ?? 0),
      nights: 2 * (single?.nights ?? 0),
      revenue: 2 * (single?.revenue ?? 0),
    });
  }
}, 60_000);
