import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  ANY,
  BACKWARDS,
  END,
  jsonEvent,
  KurrentDBClient,
  NO_STREAM,
  StreamDeletedError,
  StreamNotFoundError,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AServer, aServer, serverName } from './a-server.ts';
import { pythonClient } from './python-client.ts';

let server: AServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.stop());

const python = await pythonClient();

describe.runIf(python !== undefined)(`${serverName()}, to esdbclient of Python`, () => {
  it('appends, conflicts, answers repeats, reads, subscribes and deletes as that client expects', async () => {
    const script = fileURLToPath(new URL('./foreign_client.py', import.meta.url));
    const { stdout } = await promisify(execFile)(python ?? '', [script, server.url.replace('tls=', 'Tls=')]);
    expect(stdout.trim()).toBe('ok');
  });
});

describe(`${serverName()}, to the client of KurrentDB`, () => {
  const someEvents = (count: number) =>
    Array.from({ length: count }, (_, n) => jsonEvent({ type: 'booking.placed.v1', data: { n }, metadata: { by: n } }));
  const newStream = (context = 'booking') => `${context}-${randomUUID()}`;
  let client: KurrentDBClient;
  beforeAll(() => {
    client = KurrentDBClient.connectionString(server.url.replace('esdb', 'kurrentdb'));
  });
  afterAll(() => client.dispose());

  it('appends, and reads both ways', async () => {
    const stream = newStream();
    const events = someEvents(3);
    const appended = await client.appendToStream(stream, events, { streamState: NO_STREAM });
    expect(appended).toMatchObject({ success: true, nextExpectedRevision: 2n });

    const read = [];
    for await (const { event } of client.readStream(stream)) read.push(event);
    expect(read.map((event) => event?.id)).toEqual(events.map(({ id }) => id));
    expect(read[1]).toMatchObject({ revision: 1n, data: { n: 1 }, metadata: { by: 1 }, type: 'booking.placed.v1' });
    for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })) {
      expect(event?.id).toBe(events[2]?.id);
      expect(event?.position?.commit).toBe(appended.position?.commit);
    }
  });

  it('tells a conflict, and answers a repeat as the first time', async () => {
    const stream = newStream();
    const events = someEvents(2);
    const first = await client.appendToStream(stream, events, { streamState: NO_STREAM });
    expect(await client.appendToStream(stream, events, { streamState: NO_STREAM })).toEqual(first);
    expect(await client.appendToStream(stream, events, { streamState: ANY })).toEqual(first);
    const conflict = client.appendToStream(stream, someEvents(1), { streamState: 0n });
    await expect(conflict).rejects.toBeInstanceOf(WrongExpectedVersionError);
    await expect(conflict).rejects.toMatchObject({ actualState: 1n, expectedState: 0n });
    await expect(client.appendToStream(newStream(), someEvents(1), { streamState: 3n })).rejects.toMatchObject({
      actualState: 'no_stream',
    });
  });

  it('subscribes to what stands there and what comes, with checkpoints past what a filter leaves out', async () => {
    const stays = newStream('stay');
    const checkpoints: bigint[] = [];
    const filter = streamNameFilter({
      prefixes: ['stay-'],
      checkpointInterval: 1,
      maxSearchWindow: 2,
      checkpointReached: async (_subscription, { commit }) => {
        checkpoints.push(commit);
      },
    });
    const [before] = someEvents(1);
    await client.appendToStream(stays, before ?? []);
    const subscription = client.subscribeToAll({ filter });
    const heard: (string | undefined)[] = [];
    const [later] = someEvents(1);
    let caughtUp = 0;
    subscription.on('caughtUp', async () => {
      caughtUp++;
      await client.appendToStream(newStream(), someEvents(5));
      await client.appendToStream(stays, later ?? []);
    });
    for await (const { event } of subscription) {
      if (event?.streamId === stays && heard.push(event.id) === 2) break;
    }
    expect(heard).toEqual([before?.id, later?.id]);
    expect(caughtUp).toBe(1);
    expect(checkpoints.length).toBeGreaterThanOrEqual(2);
  });

  it('deletes softly, and for good', async () => {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(2));
    const readAll = async () => {
      const revisions = [];
      for await (const { event } of client.readStream(stream)) revisions.push(event?.revision);
      return revisions;
    };
    await client.deleteStream(stream);
    await expect(readAll()).rejects.toBeInstanceOf(StreamNotFoundError);
    await client.appendToStream(stream, someEvents(1), { streamState: NO_STREAM });
    expect(await readAll()).toEqual([2n]);
    await client.tombstoneStream(stream);
    await expect(client.appendToStream(stream, someEvents(1))).rejects.toBeInstanceOf(StreamDeletedError);
  });
});
