import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './event-store-contract.ts';
import { anEvent, collect, idsOf, newStream, someEvents } from './sample-events.ts';

/** Reads: streams both ways, the whole log, filters. */
export const readContract = (underTest: StoreUnderTest): void => {
  const given = async (stream: string, count: number) => {
    const events = someEvents(count);
    await underTest.store.append(stream, 'no-stream', events);
    return events;
  };

  describe('read a stream', () => {
    it('gives back the whole envelope with its place and the time of recording', async () => {
      const stream = newStream();
      const full = anEvent({
        commandHash: 'a1b2',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      });
      const bare = anEvent({ data: null });
      const before = Date.now();
      const result = await underTest.store.append(stream, 'no-stream', [full, bare]);
      const after = Date.now();

      const [first, second] = await collect(underTest.store.readStream(stream));
      const { revision, position, recordedAt, ...envelope } = first ?? expect.fail('nothing was read');
      expect(envelope).toStrictEqual({ ...full, stream });
      expect(revision).toBe(0);
      expect(position).toBeGreaterThan(0);
      expect(Date.parse(recordedAt)).toBeGreaterThanOrEqual(before - 1_000);
      expect(Date.parse(recordedAt)).toBeLessThanOrEqual(after + 1_000);
      expect(new Date(recordedAt).toISOString()).toBe(recordedAt);
      expect(second).toMatchObject({ ...bare, stream, revision: 1 });
      expect(second).not.toHaveProperty('commandHash');
      expect(result.appended && result.position).toBe(second?.position);
    });

    it('keeps every character of text', async () => {
      const stream = newStream();
      const data = {
        text: 'Cañón de Colca — «ação», 東京, 🏔️\u0000\n\t"\\ \u2028',
        'clé ü': ['', 'é', 'e\u0301'],
        numbers: [0, -1, 1.5, Number.MAX_SAFE_INTEGER, 1e-7],
        nothing: null,
        nested: [[[{ deep: true }]]],
      };
      await underTest.store.append(stream, 'any', [anEvent({ data, actor: 'user:Zoë' })]);
      const [read] = await collect(underTest.store.readStream(stream));
      expect(read).toMatchObject({ data, actor: 'user:Zoë' });
    });

    it('goes forward from a revision, up to a limit', async () => {
      const stream = newStream();
      const ids = idsOf(await given(stream, 10));
      const read = async (options?: Parameters<StoreUnderTest['store']['readStream']>[1]) =>
        idsOf(await collect(underTest.store.readStream(stream, options)));
      expect(await read()).toEqual(ids);
      expect(await read({ from: 4 })).toEqual(ids.slice(4));
      expect(await read({ from: 4, limit: 3 })).toEqual(ids.slice(4, 7));
      expect(await read({ limit: 0 })).toEqual([]);
      expect(await read({ from: 10 })).toEqual([]);
    });

    it('goes backward from a revision or the last, up to a limit', async () => {
      const stream = newStream();
      const ids = idsOf(await given(stream, 10)).reverse();
      const read = async (options: { from?: number; limit?: number }) =>
        idsOf(await collect(underTest.store.readStream(stream, { direction: 'backward', ...options })));
      expect(await read({})).toEqual(ids);
      expect(await read({ limit: 1 })).toEqual(ids.slice(0, 1));
      expect(await read({ from: 6, limit: 3 })).toEqual(ids.slice(3, 6));
      expect(await read({ from: 0 })).toEqual(ids.slice(9));
      expect(await read({ from: 99 })).toEqual(ids);
    });

    it('yields nothing for a stream that is not there', async () => {
      expect(await collect(underTest.store.readStream(newStream()))).toEqual([]);
      expect(await collect(underTest.store.readStream(newStream(), { direction: 'backward' }))).toEqual([]);
    });

    it('reads a long stream in batches, both ways, without gap or repeat', async () => {
      const stream = newStream('departure');
      const ids = idsOf(await given(stream, 3_500));
      let batches = 0;
      const forward: string[] = [];
      for await (const batch of underTest.store.readStream(stream)) {
        batches++;
        forward.push(...idsOf(batch));
      }
      expect(batches).toBeGreaterThan(1);
      expect(forward).toEqual(ids);
      const backward = await collect(underTest.store.readStream(stream, { direction: 'backward' }));
      expect(idsOf(backward)).toEqual(ids.reverse());
    });
  });

  describe('read all', () => {
    it('reads after a position in the order of the log, up to a limit', async () => {
      const after = await underTest.store.headPosition();
      const [a, b] = [newStream(), newStream('stay')];
      const ids = [...idsOf(await given(a, 2)), ...idsOf(await given(b, 3))];

      const read = await collect(underTest.store.readAll({ after }));
      expect(idsOf(read)).toEqual(ids);
      const positions = read.map(({ position }) => position);
      expect(positions).toEqual([...positions].sort((x, y) => x - y));
      expect(new Set(positions).size).toBe(5);
      expect(positions[0]).toBeGreaterThan(after);
      expect(positions[4]).toBe(await underTest.store.headPosition());

      const limited = await collect(underTest.store.readAll({ after: positions[1] ?? 0, limit: 2 }));
      expect(idsOf(limited)).toEqual(ids.slice(2, 4));
      expect(await collect(underTest.store.readAll({ after: positions[4] ?? 0 }))).toEqual([]);
    });

    it('filters by type, by stream prefix, and by both', async () => {
      const after = await underTest.store.headPosition();
      const [booking, stay, stayed] = [newStream('booking'), newStream('stay'), newStream('stayed')];
      const write = async (stream: string, type: string) => {
        const event = anEvent({ type });
        await underTest.store.append(stream, 'any', [event]);
        return event.id;
      };
      const placed = await write(booking, 'booking.placed.v1');
      const booked = await write(stay, 'stay.booked.v1');
      const cancelled = await write(booking, 'booking.cancelled.v1');
      const other = await write(stayed, 'stay.booked.v1');

      const read = async (filter: { types?: string[]; streamPrefixes?: string[] }) =>
        idsOf(await collect(underTest.store.readAll({ after, filter })));
      expect(await read({})).toEqual([placed, booked, cancelled, other]);
      expect(await read({ types: ['stay.booked.v1'] })).toEqual([booked, other]);
      expect(await read({ types: ['stay.booked.v1', 'booking.cancelled.v1'] })).toEqual([booked, cancelled, other]);
      expect(await read({ streamPrefixes: ['stay-'] })).toEqual([booked]);
      expect(await read({ streamPrefixes: ['stay-', 'booking-'] })).toEqual([placed, booked, cancelled]);
      expect(await read({ streamPrefixes: ['stay'] })).toEqual([booked, other]);
      expect(await read({ types: ['stay.booked.v1'], streamPrefixes: ['booking-'] })).toEqual([]);
      expect(await read({ types: ['stay.booked.v1'], streamPrefixes: ['stayed-'] })).toEqual([other]);
      expect(await read({ types: ['stay.booked.v2'] })).toEqual([]);
    });

    it('finds the few that pass a filter among many', async () => {
      const after = await underTest.store.headPosition();
      const needle = newStream('needle');
      const first = idsOf(await given(needle, 1));
      await given(newStream(), 12_000);
      const last = anEvent();
      await underTest.store.append(needle, 0, [last]);
      const filter = { streamPrefixes: ['needle-'] };
      expect(idsOf(await collect(underTest.store.readAll({ after, filter })))).toEqual([...first, last.id]);
      expect(idsOf(await collect(underTest.store.readAll({ after, filter, limit: 1 })))).toEqual(first);
    });

    it('reads many large events without gap or repeat', async () => {
      const after = await underTest.store.headPosition();
      const stream = newStream('large');
      const events = someEvents(9, { data: 'x'.repeat(1_000_000) });
      for (const event of events) await underTest.store.append(stream, 'any', [event]);
      for (const filter of [{}, { streamPrefixes: ['large-'] }]) {
        expect(idsOf(await collect(underTest.store.readAll({ after, filter })))).toEqual(idsOf(events));
      }
      expect(idsOf(await collect(underTest.store.readStream(stream)))).toEqual(idsOf(events));
    });

    it('lets appends go on while it reads', async () => {
      const after = await underTest.store.headPosition();
      const ids = idsOf(await given(newStream(), 2_500));
      const read: string[] = [];
      for await (const batch of underTest.store.readAll({ after })) {
        read.push(...idsOf(batch));
        await given(newStream(), 1);
      }
      expect(read.slice(0, 2_500)).toEqual(ids);
    });

    it('keeps everything when the log is opened anew', async () => {
      const after = await underTest.store.headPosition();
      const stream = newStream();
      await given(stream, 5);
      const read = await collect(underTest.store.readAll({ after }));
      const head = await underTest.store.headPosition();
      await underTest.reopen();
      expect(await underTest.store.headPosition()).toBe(head);
      expect(await collect(underTest.store.readAll({ after }))).toEqual(read);
      expect(await underTest.store.append(stream, 4, someEvents(1))).toMatchObject({ appended: true, revision: 5 });
    });
  });
};
