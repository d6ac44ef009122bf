import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import { openBeside } from '../chaos/platform/beside-the-platform.ts';
import { type Platform, startPlatform } from '../platform/start-platform.ts';
import { until } from '../projections/running-views.ts';
import { type Caller, conformingClient, succeeded } from './conforming-client.ts';
import { commandBlocks, departures } from './readme-blocks.ts';
import { type RunningCompany, startCompany } from './running-company.ts';
import { adults, offerTrip, readAfter, type Trip } from './sailing-trip.ts';

const root = new URL('../../', import.meta.url);
const blocks = commandBlocks(new URL('docs/operations.md', root));
const AHEAD = {
  CLOCK_AHEAD_MS: String(5 * 60_000),
  NODE_OPTIONS: `--import=${new URL('clock-ahead.mjs', import.meta.url)}`,
};

let company: RunningCompany;
let backup: string;
beforeAll(async () => {
  company = await startCompany();
  backup = await mkdtemp(join(tmpdir(), 'backup-'));
});
afterAll(async () => {
  await company.close();
  await rm(backup, { recursive: true, force: true });
});

const run = (commands: string) =>
  spawnSync('bash', ['-e', '-c', commands], {
    cwd: fileURLToPath(root),
    env: { ...process.env, DATA_DIR: company.dataDir, BACKUP: backup },
    encoding: 'utf8',
  });

/** Starts a platform on what was saved alone. */
const restored = async (files: readonly string[]): Promise<{ platform: Platform; dataDir: string; owner: Caller }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'restored-'));
  for (const file of files) await cp(join(backup, file), join(dataDir, file.slice(file.indexOf('/') + 1)));
  // Not needed to run, but tells the harness that there is a company.
  await cp(join(company.dataDir, 'demo.json'), join(dataDir, 'demo.json'));
  const platform = await startPlatform(dataDir, AHEAD);
  const client = await conformingClient(platform.origin);
  const session = await succeeded(
    client.as(undefined).post<{ token: string }>('/v1/sign-in', company.platform.demo.signIn),
  );
  return { platform, dataDir, owner: client.as(session.body.token) };
};

describe('docs/operations.md', () => {
  let trip: Trip;
  let confirmed: BookingView;
  let forgotten: BookingView;
  let short: BookingView;

  it('has commands that do what it says, beside a running platform', async () => {
    trip = await offerTrip(company.owner, { capacity: 10 });
    const place = async (seats: number, more: object = {}) =>
      (
        await succeeded(
          company.owner.post<BookingView>('/v1/bookings', { ...adults(trip, trip.departures[0], seats), ...more }),
        )
      ).body;
    const contact = { firstName: 'Ana', lastName: 'Sousa', emailAddress: 'ana@example.org' };
    confirmed = await place(2, { contact });
    await succeeded(company.owner.post(`/v1/bookings/${confirmed.id}/confirm`));
    forgotten = await place(1, { contact });
    await succeeded(company.owner.post(`/v1/bookings/${forgotten.id}/cancel`));
    short = await place(3, { expirationMinutes: 1 });

    expect(blocks.length).toBeGreaterThan(3);
    for (const { commands, answer } of blocks) {
      const { status, stdout, stderr } = run(commands);
      expect([status, stderr], commands).toEqual([0, '']);
      if (answer !== undefined) expect(departures(answer, stdout)).toEqual([]);
    }
  });

  it('restores the log and the keys alone: views, timers and search are built from them', async () => {
    const { platform, dataDir, owner } = await restored(['log/events.db', 'keys/keys.db']);
    try {
      await until(async () => (await owner.get(`/v1/bookings/${short.id}`)).status === 200, 30_000);
      const { body } = await succeeded(owner.get<BookingView>(`/v1/bookings/${confirmed.id}`));
      expect(body).toMatchObject({ status: 'CONFIRMED', contact: { firstName: 'Ana', lastName: 'Sousa' } });
      const expired = async () =>
        (await succeeded(owner.get<BookingView>(`/v1/bookings/${short.id}`))).body.status === 'EXPIRED';
      await until(expired, 30_000);
      const departure = await succeeded(owner.get<DepartureView>(`/v1/departures/${trip.departures[0]?.id}`));
      expect(departure.body).toMatchObject({ confirmed: 2, held: 0, vacancies: 8 });
      // In an order of its own, a search goes by words alone.
      const byWords = '/v1/search/products?q=catamaran&locale=en&sort=createdAt';
      const found = await succeeded(owner.get<{ total: number }>(byWords));
      expect(found.body.total).toBe(1);
      expect(await platform.stop()).toBe(0);
    } finally {
      await platform.kill();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('forgets everybody where the keys are lost, and nothing else', async () => {
    const { platform, dataDir, owner } = await restored(['log/events.db']);
    try {
      await until(async () => (await owner.get(`/v1/bookings/${confirmed.id}`)).status === 200, 30_000);
      const { body } = await succeeded(owner.get<BookingView>(`/v1/bookings/${confirmed.id}`));
      expect(body).toMatchObject({ status: 'CONFIRMED', seats: 2, contact: { firstName: null, emailAddress: null } });
      expect(await platform.stop()).toBe(0);
    } finally {
      await platform.kill();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('forgets a person for good, also where an older copy of the keys is restored beside the log', async () => {
    const asked = await succeeded(company.owner.post(`/v1/bookings/${forgotten.id}/forget`));
    const shown = await succeeded(company.owner.get<BookingView>(`/v1/bookings/${forgotten.id}`, readAfter(asked)));
    expect(shown.body.contact).toMatchObject({ firstName: null, lastName: null, emailAddress: null });
    const file = await readFile(join(company.dataDir, 'events.db'));
    expect(file.includes('ana@example.org'), 'the log never holds it in plain text').toBe(false);

    const saveLog = blocks[0]?.commands.split('\n').filter((line) => !line.includes('keys.db')) ?? [];
    expect(run(saveLog.join('\n')).status).toBe(0);
    const { platform, dataDir, owner } = await restored(['log/events.db', 'keys/keys.db']);
    const beside = await openBeside(dataDir);
    try {
      const rememberedIn = async () =>
        (await beside.log())
          .filter(({ data }) => JSON.stringify(data).includes('ana@example.org'))
          .map(({ stream }) => stream);
      // Confirmed is remembered by its two events with a contact; forgotten was, until the process manager read on.
      await until(async () => !(await rememberedIn()).includes(`booking-${forgotten.id}`), 30_000);
      expect(new Set(await rememberedIn())).toEqual(new Set([`booking-${confirmed.id}`]));
      await until(async () => (await owner.get(`/v1/bookings/${forgotten.id}`)).status === 200, 30_000);
      const { body } = await succeeded(owner.get<BookingView>(`/v1/bookings/${forgotten.id}`));
      expect(body.contact).toMatchObject({ firstName: null, emailAddress: null });
    } finally {
      await beside.close();
      await platform.kill();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
