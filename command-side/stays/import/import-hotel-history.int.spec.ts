import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventEnvelope, RecordedEvent } from '../../../contracts/events/envelope.ts';
import { eventSchemas } from '../../../contracts/events/registry.ts';
import { randomId } from '../../../contracts/ids.ts';
import { type EventStore, EventStoreUnavailableError } from '../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { BookingFileError } from './booking-file.ts';
import { type ImportOptions, importHotelHistory, stayIdOfRow } from './import-hotel-history.ts';
import { reportTable } from './import-report.ts';

const here = (path: string): string => new URL(path, import.meta.url).pathname;
const SAMPLE = here('./sample/hotel-bookings-sample.csv.gz');
const ROWS = 1_990;
const tenant = 'tenant-1';
/** The sample as lines; without its last column it is a file of the published shape. */
const lines = gunzipSync(readFileSync(SAMPLE)).toString('utf8').trimEnd().split('\n');
const published = lines.map((line) => line.slice(0, line.lastIndexOf(',')));

let dataDir: string;
let eventStore: EventStore;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'import-'));
  eventStore = await openEventStore({ dataDir });
});
afterEach(async () => {
  await eventStore.close();
  rmSync(dataDir, { recursive: true });
});

const importing = (options: Partial<ImportOptions> = {}) =>
  importHotelHistory({ eventStore, tenant, input: { file: SAMPLE }, ...options });

const csv = (...rows: readonly (string | undefined)[]) => ({ stream: Readable.from([rows.join('\n')]) });

const everything = async (store: EventStore): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch);
  return events;
};

/** What was recorded, whatever the order in which stays came in. */
const facts = (events: readonly RecordedEvent[]) =>
  events
    .map(({ position: _position, recordedAt: _recordedAt, ...fact }) => fact)
    .sort((a, b) => a.stream.localeCompare(b.stream) || a.revision - b.revision);

describe('importing the hotel history', () => {
  it('writes each row as one stay, whose events fit their schemas and go forward in time', async () => {
    const report = await importing();
    const events = await everything(eventStore);

    expect(report).toMatchObject({ rows: ROWS, imported: ROWS, alreadyThere: 0, refused: 0, complete: true });
    expect(report.byOutcome).toEqual({ CHECKED_OUT: 1271, CANCELLED: 699, NO_SHOW: 20 });
    expect(report.events).toBe(events.length);
    expect(new Set(events.map(({ stream }) => stream)).size).toBe(ROWS);
    const times = new Map<string, string>();
    for (const { stream, type, time, data } of events) {
      expect(eventSchemas[type]?.parse(data)).toEqual(data);
      expect(time >= (times.get(stream) ?? '')).toBe(true);
      times.set(stream, time);
    }
    expect(reportTable(report)).toContain(`imported         ${ROWS}`);
  });

  it('adds nothing the second time', async () => {
    await importing();
    const head = await eventStore.headPosition();
    expect(await importing()).toMatchObject({ rows: ROWS, imported: 0, alreadyThere: ROWS, events: 0 });
    expect(await eventStore.headPosition()).toBe(head);
  });

  it('knows the rows of a sample again in the whole file, and equal rows apart', async () => {
    const [header, row] = lines;
    const whole = [published[0], ...Array.from({ length: 31 }, () => published[1])];
    expect(row?.endsWith(',31')).toBe(true);
    await importing({ input: csv(header, row) });
    expect(await importing({ input: csv(...whole) })).toMatchObject({ rows: 31, imported: 30, alreadyThere: 1 });
  });

  it('keeps tenants apart', async () => {
    await importing({ input: csv(...lines.slice(0, 11)) });
    const other = await importing({ input: csv(...lines.slice(0, 11)), tenant: 'tenant-2' });
    expect(other).toMatchObject({ imported: 10, alreadyThere: 0 });
  });

  it('refuses rows with a reason and takes the others', async () => {
    const good = published[1] ?? '';
    const bad = [
      good.replace(/^[^,]*/, 'NULL'),
      good.replace(/\d{4}-\d\d-\d\d$/, '2015-13-45'),
      good.slice(0, good.lastIndexOf(',')),
      `${good},extra`,
    ];
    const report = await importing({ input: csv(published[0], good, ...bad, good) });
    expect(report).toMatchObject({ rows: 6, imported: 2, refused: 4, complete: true });
    expect(report.refusedRows).toEqual([
      { row: 2, field: 'hotel', reason: "is not known ('NULL')" },
      { row: 3, field: 'reservation_status_date', reason: "is not a date like 2016-07-01 ('2015-13-45')" },
      { row: 4, field: 'row', reason: '31 fields where the header has 32' },
      { row: 5, field: 'row', reason: '33 fields where the header has 32' },
    ]);
    expect(reportTable(report)).toContain("row 2  hotel: is not known ('NULL')");
  });

  it('refuses a row whose place another booking has taken, instead of mixing the two', async () => {
    await importing({ input: csv(...published.slice(0, 2)) });
    const other = csv(published[0], published[2]);
    const report = await importing({ input: other });
    expect(report).toMatchObject({ imported: 0, alreadyThere: 0, refused: 1 });
    expect(report.refusedRows[0]?.reason).toContain('another booking');
    const named = await importing({ input: csv(published[0], published[2]), source: 'our-own-hotel' });
    expect(named).toMatchObject({ imported: 1 });
  });

  it('leaves a stay alone that went on after its import', async () => {
    await importing({ input: csv(...published.slice(0, 2)) });
    const stream = `stay-${stayIdOfRow(tenant, 'hotel-demand-2019', 1)}`;
    await eventStore.append(stream, 'stream-exists', [noteworthy('later')]);
    expect(await importing({ input: csv(...published.slice(0, 2)) })).toMatchObject({ alreadyThere: 1, refused: 0 });
  });

  it('stops when asked, says so, and goes on from there', async () => {
    const stopping = new AbortController();
    const onProgress = ({ rows }: { rows: number }) => rows >= 500 && stopping.abort();
    const first = await importing({ signal: stopping.signal, onProgress });
    expect(first).toMatchObject({ rows: 500, imported: 500, complete: false });
    expect(await importing()).toMatchObject({ imported: ROWS - 500, alreadyThere: 500, complete: true });
  });

  it('says what is wrong with a file that it cannot read', async () => {
    const file = (name: string, content: Buffer | string) => {
      const path = join(dataDir, name);
      writeFileSync(path, content);
      return importing({ input: { file: path } });
    };
    const message = (text: RegExp) =>
      expect.objectContaining({ name: BookingFileError.name, message: expect.stringMatching(text) });
    await expect(file('none.csv', '')).rejects.toEqual(message(/none\.csv: the file is empty/));
    await expect(file('other.csv', 'a,b\n1,2\n')).rejects.toEqual(message(/the header lacks hotel, is_canceled/));
    await expect(importing({ input: { file: join(dataDir, 'gone.csv') } })).rejects.toEqual(
      message(/gone\.csv: ENOENT/),
    );
    await expect(file('half.csv.gz', readFileSync(SAMPLE).subarray(0, 20_000))).rejects.toEqual(
      message(/unexpected end/),
    );
    await expect(file('open.csv', `${published[0]}\n"${published.slice(1, 900).join('\n')}`)).rejects.toEqual(
      message(/broken after row 0/),
    );
    const bytes = gzipSync(published.slice(0, 3).join('\r\n'));
    expect(await file('windows.csv.gz', bytes)).toMatchObject({ imported: 2 });
  });

  it('fails cleanly on a full disk and finishes when there is room', async () => {
    const maxBytes = 1_000_000;
    const small = await openEventStore({ dataDir: join(dataDir, 'small'), maxBytes });
    await expect(importing({ eventStore: small })).rejects.toBeInstanceOf(EventStoreUnavailableError);
    const kept = facts(await everything(small));
    await small.close();
    const roomy = await openEventStore({ dataDir: join(dataDir, 'small') });
    const streams = new Set(kept.map(({ stream }) => stream)).size;
    expect(await importing({ eventStore: roomy })).toMatchObject({ alreadyThere: streams, imported: ROWS - streams });
    await importing();
    expect(facts(await everything(roomy))).toEqual(facts(await everything(eventStore)));
    await roomy.close();
  });
});

describe('the import command', () => {
  const command = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, ['--import', 'tsx', here('./cli.ts'), ...args], {
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  const outcomeOf = async (child: ChildProcess) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
    const [code] = await once(child, 'close');
    return { code, output };
  };

  it('is killed in the middle, beside a process that writes too; run again it leaves what one run would have', async () => {
    const file = join(dataDir, 'big.csv');
    const rows = Array.from({ length: 5 }, () => published.slice(1)).flat();
    writeFileSync(file, [published[0], ...rows].join('\n'));

    const killed = command(file, '--tenant', tenant);
    const closed = once(killed, 'close');
    let ours = 0;
    while ((await eventStore.headPosition()) < 2_000 && killed.exitCode === null) {
      await eventStore.append(`note-${ours++}`, 'no-stream', [noteworthy(String(ours))]);
      await wait(5);
    }
    killed.kill('SIGKILL');
    expect(await closed).toEqual([null, 'SIGKILL']);
    const standing = (await everything(eventStore)).filter(({ stream }) => stream.startsWith('stay-'));
    const before = new Set(standing.map(({ stream }) => stream)).size;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(rows.length);

    const again = await outcomeOf(command(file, '--tenant', tenant));
    expect(again.code, again.output).toBe(0);
    const report = JSON.parse(readFileSync(join(dataDir, 'import-hotel-demand-2019.json'), 'utf8'));
    expect(report).toMatchObject({ alreadyThere: before, imported: rows.length - before, refused: 0, complete: true });

    const clean = await openEventStore({ dataDir: join(dataDir, 'clean') });
    await importing({ eventStore: clean, input: { file } });
    const all = (await everything(eventStore)).filter(({ stream }) => stream.startsWith('stay-'));
    expect(facts(all)).toEqual(facts(await everything(clean)));
    await clean.close();
  }, 60_000);

  it('takes the demo company as the tenant, and asks for one where there is none', async () => {
    const file = join(dataDir, 'small.csv');
    writeFileSync(file, published.slice(0, 3).join('\n'));
    expect(await outcomeOf(command(file))).toEqual({ code: 2, output: expect.stringContaining('--tenant is missing') });
    writeFileSync(join(dataDir, 'demo.json'), JSON.stringify({ tenant: 'demo-company' }));
    const done = await outcomeOf(command(file));
    expect(done).toEqual({ code: 0, output: expect.stringContaining('imported         2') });
    expect((await everything(eventStore)).every((event) => event.tenant === 'demo-company')).toBe(true);
  }, 30_000);

  it.each([
    [['a.csv', 'b.csv', '--tenant', 't'], 2, 'give one FILE'],
    [['a.csv', '--tenant', 't', '--source', '../x'], 2, '--source'],
    [['a.csv', '--speed', '9'], 2, '--speed'],
    [['missing.csv', '--tenant', 't'], 1, 'missing.csv: ENOENT'],
  ])('refuses %j', async (args, code, text) => {
    expect(await outcomeOf(command(...args))).toEqual({ code, output: expect.stringContaining(text) });
  });
});

const noteworthy = (text: string): EventEnvelope => ({
  id: randomId(),
  type: 'note.taken.v1',
  time: '2026-03-01T12:00:00.000Z',
  tenant,
  actor: 'system:test',
  correlationId: 'c',
  causationId: randomId(),
  data: { text },
});
