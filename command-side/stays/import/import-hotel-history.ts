import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { EventEnvelope } from '../../../contracts/events/envelope.ts';
import { deterministicId } from '../../../contracts/ids.ts';
import { type EventStore, EventStoreUnavailableError } from '../../../infra/event-store/event-store.ts';
import { stayDecider } from '../stay-decider.ts';
import { AppendWindow } from './append-window.ts';
import { type BookingFile, type FileRow, openBookingFile, readBookingStream } from './booking-file.ts';
import { COLUMNS, readBookingRow } from './booking-row.ts';
import { decideHistory, type Origin } from './decide-history.ts';
import { emptyReport, type ImportReport, noteRow, refuseRow } from './import-report.ts';
import { stayHistory } from './stay-history.ts';

/** Name of the public data set: the stays of its rows are the same in whatever file they come. */
export const HOTEL_DEMAND = 'hotel-demand-2019';
const ACTOR = 'system:hotel-history-import';

/** Stays under way to the store at once: enough to fill its group commits, few enough to bound memory. */
const WINDOW = 1_024;
const TRIES = 4;

export interface ImportProgress {
  readonly rows: number;
  readonly events: number;
  readonly bytesRead: number;
  /** Undefined for a stream. */
  readonly bytesTotal: number | undefined;
}

export interface ImportOptions {
  readonly eventStore: EventStore;
  readonly tenant: string;
  /** Path of the CSV, plain or gzip; or `stream`, plain CSV. */
  readonly input: { readonly file: string } | { readonly stream: Readable };
  /** Another data set of the same shape needs its own name, as its row 1 is another booking. Default HOTEL_DEMAND. */
  readonly source?: string;
  /** Called about every 500 rows, and at the end. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops reading; what is under way is finished and the report says `complete: false`. */
  readonly signal?: AbortSignal;
}

/** The id of the stay that a row stands for. Rows that repeat are distinct bookings, so the place in the file is its name. */
export const stayIdOfRow = (tenant: string, source: string, row: number): string =>
  deterministicId('stay', tenant, source, row);

const eventsOfRow = (row: FileRow, stayId: string, origin: Origin, report: ImportReport) => {
  if (row.misshapen !== undefined) return { field: 'row', reason: row.misshapen };
  const read = readBookingRow(row.cells);
  if ('problem' in read) return read.problem;
  const past = stayHistory(read.row, stayId);
  if ('reason' in past) return past;
  for (const note of read.notes) noteRow(report, row.number, note);
  // The row's content is part of the id: another row in its place is told apart from the same row again.
  const commandId = deterministicId('import', stayId, ...COLUMNS.map(row.cells));
  const events = decideHistory(past, commandId, origin);
  return 'reason' in events ? events : { events, outcome: read.row.outcome };
};

/** A full queue or a store that another process holds passes; the same ids make a second try safe. */
const appendPatiently = async (store: EventStore, stream: string, events: readonly EventEnvelope[]) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.append(stream, 'no-stream', events);
    } catch (error) {
      if (!(error instanceof EventStoreUnavailableError) || attempt === TRIES) throw error;
      await wait(100 * 2 ** attempt);
    }
  }
};

const openInput = (input: ImportOptions['input']): Promise<BookingFile> | BookingFile =>
  'file' in input ? openBookingFile(input.file) : readBookingStream(input.stream);

/**
 * Imports the hotel booking demand data as the events that happened, at their own times, decided by the stay decider.
 * Each row is one stay, appended as a whole or not at all. Run again, or after a crash, it adds only what is missing:
 * the ids follow from tenant, source and row, and the log itself says what it has.
 * @returns counts, refused rows with field and reason, seconds and peak memory
 * @throws BookingFileError for a file that cannot be read; EventStoreUnavailableError when the store stays away
 */
export const importHotelHistory = async (options: ImportOptions): Promise<ImportReport> => {
  const { eventStore, tenant, source = HOTEL_DEMAND, onProgress, signal } = options;
  const started = performance.now();
  const report = emptyReport(source, tenant);
  const file = await openInput(options.input);
  const window = new AppendWindow(WINDOW);
  const origin: Origin = { tenant, actor: ACTOR, correlationId: deterministicId('import', tenant, source) };
  const tell = () =>
    onProgress?.({ rows: report.rows, events: report.events, bytesRead: file.bytesRead(), bytesTotal: file.size });

  const append = async (row: number, stayId: string, events: readonly EventEnvelope[], outcome: string) => {
    const result = await appendPatiently(eventStore, `${stayDecider.context}-${stayId}`, events);
    if (!result.appended) {
      refuseRow(report, row, { field: 'row', reason: `another booking was imported as this row of '${source}'` });
    } else if (result.alreadyThere) {
      report.alreadyThere += 1;
    } else {
      report.imported += 1;
      report.events += events.length;
      report.byOutcome[outcome] = (report.byOutcome[outcome] ?? 0) + 1;
    }
  };

  let stopped = false;
  try {
    for await (const row of file.rows) {
      stopped = signal?.aborted ?? false;
      if (stopped) break;
      const stayId = stayIdOfRow(tenant, source, row.number);
      const made = eventsOfRow(row, stayId, origin, report);
      if ('reason' in made) refuseRow(report, row.number, made);
      else await window.run(() => append(row.number, stayId, made.events, made.outcome));
      report.rows += 1;
      if (report.rows % 500 === 0) tell();
    }
  } finally {
    await window.drain();
  }
  tell();
  report.complete = !stopped;
  report.seconds = (performance.now() - started) / 1000;
  // Node gives maxRSS in kibibytes.
  report.peakMemoryMb = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
  return report;
};
