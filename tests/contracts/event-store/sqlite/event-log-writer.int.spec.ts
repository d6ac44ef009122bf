import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExpectedRevision } from '../../../../infra/event-store/event-store.ts';
import { EventLogReader } from '../../../../infra/event-store/sqlite/event-log-reader.ts';
import { EventLogWriter } from '../../../../infra/event-store/sqlite/event-log-writer.ts';
import { toJson } from '../../../../infra/event-store/sqlite/stored-event.ts';
import type { AppendRequest } from '../../../../infra/event-store/sqlite/writer-messages.ts';
import { anEvent, newStream } from '../sample-events.ts';

const request = (stream: string, expected: ExpectedRevision, events = [anEvent()]): AppendRequest => [
  0,
  stream,
  expected,
  events.map(({ id }) => id),
  events.map(({ type }) => type),
  events.map(toJson),
];
const large = () => anEvent({ data: 'x'.repeat(1024 * 1024) });

describe('the writer of the log', () => {
  let dataDir: string;
  const open: EventLogWriter[] = [];
  const openWriter = (maxBytes?: number): EventLogWriter => {
    const writer = new EventLogWriter({ dataDir, maxBytes });
    open.push(writer);
    return writer;
  };
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'log-writer-'));
  });
  afterEach(() => {
    for (const writer of open.splice(0)) writer.close();
    rmSync(dataDir, { recursive: true });
  });

  it('decides each append of a group by itself, in order', () => {
    const [a, b] = [newStream(), newStream()];
    const event = anEvent();
    const outcomes = openWriter().commit([
      request(a, 'no-stream', [event]),
      request(a, 'no-stream'),
      request(b, 3),
      request(a, 0),
      request(a, 'any', [event]),
      request(b, 'any'),
    ]);
    expect(outcomes).toEqual([
      { appended: true, alreadyThere: false, revision: 0, position: 1 },
      { appended: false, actualRevision: 0 },
      { appended: false, actualRevision: -1 },
      { appended: true, alreadyThere: false, revision: 1, position: 2 },
      { appended: true, alreadyThere: true, revision: 0, position: 1 },
      { appended: true, alreadyThere: false, revision: 0, position: 3 },
    ]);
  });

  it('refuses an append that finds no room, writes the others of its group, and goes on writing', () => {
    const writer = openWriter(1024 * 1024);
    const [small, tooLarge, later] = [newStream(), newStream(), newStream()];
    const [first, refused, third] = writer.commit([
      request(small, 'no-stream'),
      request(tooLarge, 'no-stream', [anEvent(), large()]),
      request(small, 0),
    ]);
    expect(first).toMatchObject({ appended: true, revision: 0 });
    expect(refused).toEqual({ failed: expect.stringContaining('SQLITE_FULL') });
    expect(third).toMatchObject({ appended: true, revision: 1 });
    expect(writer.commit([request(tooLarge, 'no-stream')])).toMatchObject([{ appended: true, revision: 0 }]);

    const reader = new EventLogReader(dataDir);
    expect(reader.all(0, 1_000, undefined, 10).events.map(({ stream }) => stream)).toEqual([small, small, tooLarge]);
    reader.close();
    writer.close();
    open.pop();
    expect(openWriter().commit([request(later, 'no-stream', [large()])])).toMatchObject([{ appended: true }]);
  });

  it('notices what another writer of the same file has written', () => {
    const [ours, theirs] = [openWriter(), openWriter()];
    const [a, b, c] = [newStream(), newStream(), newStream()];
    ours.commit([request(a, 'no-stream')]);
    theirs.commit([request(a, 0), request(b, 'no-stream')]);
    expect(ours.commit([request(a, 0)])).toEqual([{ appended: false, actualRevision: 1 }]);
    expect(ours.commit([request(c, 'no-stream'), request(a, 1), request(b, 0)])).toMatchObject([
      { appended: true, position: 4 },
      { appended: true, revision: 2, position: 5 },
      { appended: true, revision: 1, position: 6 },
    ]);
    expect(theirs.commit([request(a, 1), request(a, 2)])).toMatchObject([
      { appended: false, actualRevision: 2 },
      { appended: true, revision: 3, position: 7 },
    ]);
  });

  it('says so when the file is not a log', () => {
    openWriter().commit([request(newStream(), 'any')]);
    expect(() => new EventLogWriter({ dataDir: join(dataDir, 'events.db'), maxBytes: undefined })).toThrow('EEXIST');
  });
});
