import { describe, expect, it } from 'vitest';
import {
  type AppendResult,
  EventStoreUnavailableError,
  EventTooLargeError,
  MAX_EVENT_BYTES,
} from '../../../infra/event-store/event-store.ts';
import type { StoreUnderTest } from './event-store-contract.ts';
import { anEvent, collect, idsOf, newStream, someEvents } from './sample-events.ts';

const conflict = (actualRevision: number): AppendResult => ({ appended: false, actualRevision });

/** Appends: expected revisions, idempotency, limits, concurrency. */
export const appendContract = (underTest: StoreUnderTest): void => {
  const append = (...args: Parameters<StoreUnderTest['store']['append']>) => underTest.store.append(...args);
  const eventsOf = (stream: string) => collect(underTest.store.readStream(stream));

  describe('append', () => {
    it('answers with the revision and position of the last event', async () => {
      const stream = newStream();
      const first = await append(stream, 'no-stream', someEvents(3));
      const second = await append(stream, 2, someEvents(1));

      expect(first).toMatchObject({ appended: true, revision: 2, alreadyThere: false });
      expect(second).toMatchObject({ appended: true, revision: 3, alreadyThere: false });
      const positions = (await eventsOf(stream)).map(({ position }) => position);
      expect(first.appended && first.position).toBe(positions[2]);
      expect(second.appended && second.position).toBe(positions[3]);
      expect(await underTest.store.headPosition()).toBeGreaterThanOrEqual(positions[3] ?? 0);
    });

    it('keeps to the expected revision and tells the actual one', async () => {
      const stream = newStream();
      expect(await append(stream, 'stream-exists', someEvents(1))).toEqual(conflict(-1));
      expect(await append(stream, 0, someEvents(1))).toEqual(conflict(-1));
      expect(await append(stream, 'any', someEvents(2))).toMatchObject({ appended: true, revision: 1 });
      expect(await append(stream, 'no-stream', someEvents(1))).toEqual(conflict(1));
      expect(await append(stream, 0, someEvents(1))).toEqual(conflict(1));
      expect(await append(stream, 2, someEvents(1))).toEqual(conflict(1));
      expect(await append(stream, 'stream-exists', someEvents(1))).toMatchObject({ appended: true, revision: 2 });
      expect(await append(stream, 'any', someEvents(1))).toMatchObject({ appended: true, revision: 3 });
      expect(await append(stream, 3, someEvents(1))).toMatchObject({ appended: true, revision: 4 });
      expect(await eventsOf(stream)).toHaveLength(5);
    });

    it('answers the same events again as the first time, whatever is expected', async () => {
      const stream = newStream();
      const events = someEvents(3);
      const first = await append(stream, 'no-stream', events);
      await append(stream, 2, someEvents(2));

      for (const expected of ['no-stream', 'any', 'stream-exists', 4, 17] as const) {
        expect(await append(stream, expected, events)).toEqual({ ...first, alreadyThere: true });
      }
      expect(await eventsOf(stream)).toHaveLength(5);
    });

    it('answers a repeat also after the log was opened anew', async () => {
      const stream = newStream();
      const events = someEvents(2);
      const first = await append(stream, 'no-stream', events);
      await underTest.reopen();
      expect(await append(stream, 'no-stream', events)).toEqual({ ...first, alreadyThere: true });
    });

    it('writes events once when the same append is sent twice at the same time', async () => {
      const stream = newStream();
      const events = someEvents(2);
      const results = await Promise.all([append(stream, 'any', events), append(stream, 'any', events)]);
      expect(results.map((result) => result.appended && result.alreadyThere).sort()).toEqual([false, true]);
      expect(idsOf(await eventsOf(stream))).toEqual(idsOf(events));
    });

    it('refuses an append of which only a part is in the stream, as a conflict', async () => {
      const stream = newStream();
      const [a, b, c, d] = [anEvent(), anEvent(), anEvent(), anEvent()];
      await append(stream, 'no-stream', [a, b, c]);

      expect(await append(stream, 'any', [c, d])).toEqual(conflict(2));
      expect(await append(stream, 2, [d, a])).toEqual(conflict(2));
      expect(await append(stream, 'any', [a, c])).toEqual(conflict(2));
      expect(await append(stream, 'any', [b, c])).toMatchObject({ appended: true, alreadyThere: true, revision: 2 });
      expect(idsOf(await eventsOf(stream))).toEqual(idsOf([a, b, c]));
    });

    it('takes an append of no events as a check of the expected revision', async () => {
      const stream = newStream();
      expect(await append(stream, 'no-stream', [])).toEqual({
        appended: true,
        alreadyThere: true,
        revision: -1,
        position: 0,
      });
      const one = await append(stream, 'any', someEvents(1));
      expect(await append(stream, 0, [])).toEqual({ ...one, alreadyThere: true });
      expect(await append(stream, 'no-stream', [])).toEqual(conflict(0));
    });

    it('refuses an id that stands twice in one append, a stream without a name and a revision that is none', async () => {
      const stream = newStream();
      const twice = anEvent();
      await expect(append(stream, 'any', [twice, twice])).rejects.toThrow(`the id ${twice.id} stands twice`);
      await expect(append('', 'any', someEvents(1))).rejects.toThrow('stream: its name must have');
      await expect(append(stream, 1.5, someEvents(1))).rejects.toThrow('expected: a revision');
      expect(await eventsOf(stream)).toEqual([]);
    });

    it('takes an event of 1 MiB and gives it back unchanged', async () => {
      const stream = newStream();
      const event = anEvent({ data: { itinerary: 'ñ€🏔'.repeat(116_508), end: true } });
      expect(Buffer.byteLength(JSON.stringify(event))).toBeGreaterThan(1024 * 1024);
      await append(stream, 'no-stream', [event]);
      expect((await eventsOf(stream))[0]?.data).toEqual(event.data);
    });

    it('refuses an event over the limit, naming type, size and limit, and writes nothing of its append', async () => {
      const stream = newStream();
      const large = anEvent({ type: 'product.described.v1', data: { text: 'é'.repeat(MAX_EVENT_BYTES / 2) } });
      const refused = append(stream, 'any', [anEvent(), large]);
      await expect(refused).rejects.toBeInstanceOf(EventTooLargeError);
      await expect(refused).rejects.toThrow(
        new RegExp(`^event product\\.described\\.v1 has 20\\d{5} bytes of JSON; .* at most ${MAX_EVENT_BYTES} bytes`),
      );
      expect(await eventsOf(stream)).toEqual([]);
    });

    it('keeps what was given at the time of the call, whatever happens to the objects later', async () => {
      const stream = newStream();
      const data = { pax: 2, names: ['Ana'] };
      const events = [anEvent({ data })];
      const appending = append(stream, 'any', events);
      data.pax = 99;
      data.names.push('Eve');
      events.push(anEvent());
      await appending;

      const [read] = await eventsOf(stream);
      expect(read?.data).toEqual({ pax: 2, names: ['Ana'] });
      (read?.data as { pax: number }).pax = 7;
      expect((await eventsOf(stream)).map((event) => event.data)).toEqual([{ pax: 2, names: ['Ana'] }]);
    });

    it('lets one of many appenders to the same revision win', async () => {
      const stream = newStream();
      await append(stream, 'no-stream', someEvents(1));
      const results = await Promise.all(Array.from({ length: 50 }, () => append(stream, 0, someEvents(2))));
      expect(results.filter(({ appended }) => appended)).toHaveLength(1);
      expect(results.filter(({ appended }) => !appended)).toEqual(new Array(49).fill(conflict(2)));
      expect(await eventsOf(stream)).toHaveLength(3);
    });

    it('keeps order and leaves no gap under concurrent appenders to one stream', async () => {
      const stream = newStream();
      const appends = Array.from({ length: 60 }, () => someEvents(3));
      await Promise.all(appends.map((events) => append(stream, 'any', events)));
      const read = await eventsOf(stream);
      expect(read.map(({ revision }) => revision)).toEqual(Array.from({ length: 180 }, (_, revision) => revision));
      const place = new Map(read.map(({ id, revision }) => [id, revision]));
      for (const [first, second, third] of appends.map(idsOf)) {
        const at = place.get(first ?? '') ?? Number.NaN;
        expect([place.get(second ?? ''), place.get(third ?? '')]).toEqual([at + 1, at + 2]);
      }
    });

    it('keeps streams apart under concurrent appenders to many, where some conflict', async () => {
      const streams = Array.from({ length: 40 }, () => newStream());
      const results = await Promise.all(
        streams.flatMap((stream) => [
          append(stream, 'no-stream', someEvents(2)),
          append(stream, 5, someEvents(1)),
          append(stream, 1, someEvents(1)),
        ]),
      );
      for (const [i, stream] of streams.entries()) {
        expect(results.slice(3 * i, 3 * i + 3).map(({ appended }) => appended)).toEqual([true, false, true]);
        expect((await eventsOf(stream)).map(({ revision }) => revision)).toEqual([0, 1, 2]);
      }
    });

    it('is closed after close, for good, and what was under way is there', async () => {
      const stream = newStream();
      const { store } = underTest;
      const underWay = store.append(stream, 'any', someEvents(2));
      await Promise.all([store.close(), underWay]);
      await store.close();
      await expect(store.append(stream, 'any', someEvents(1))).rejects.toBeInstanceOf(EventStoreUnavailableError);
      await expect(store.headPosition()).rejects.toBeInstanceOf(EventStoreUnavailableError);
      await expect(collect(store.readAll())).rejects.toBeInstanceOf(EventStoreUnavailableError);
      await expect(collect(store.readStream(stream))).rejects.toBeInstanceOf(EventStoreUnavailableError);
      expect(() => store.subscribeAll({ onBatch: async () => undefined })).toThrow(EventStoreUnavailableError);
      await underTest.reopen();
      expect(await eventsOf(stream)).toHaveLength(2);
    });
  });
};
