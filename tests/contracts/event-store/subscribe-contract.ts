import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './event-store-contract.ts';
import { aListener, anEvent, endOf, idsOf, newStream, someEvents, until } from './sample-events.ts';

/** Subscriptions: catching up, live, filters, backpressure, endings. */
export const subscribeContract = (underTest: StoreUnderTest): void => {
  const given = async (stream: string, count: number) => {
    const events = someEvents(count);
    await underTest.store.append(stream, 'any', events);
    return idsOf(events);
  };

  describe('subscribe', () => {
    it('delivers what stands there, then what comes, in order', async () => {
      const after = await underTest.store.headPosition();
      const stream = newStream();
      const ids = await given(stream, 3);
      const heard = aListener();
      const subscription = underTest.store.subscribeAll({ after, onBatch: heard.onBatch });
      await until('the past is heard', () => heard.events.length === 3);
      ids.push(...(await given(stream, 2)));
      await until('the present is heard', () => heard.events.length === 5);
      await subscription.stop();
      expect(idsOf(heard.events)).toEqual(ids);
      expect(heard.events.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
      expect(heard.reached.at(-1)).toBe(await underTest.store.headPosition());
    });

    it('neither loses nor repeats across the switch from reading to live, under load', async () => {
      const after = await underTest.store.headPosition();
      let total = (await given(newStream(), 2_000)).length;
      const heard = aListener();
      let subscription = underTest.store.subscribeAll({ after, batchSize: 100, onBatch: heard.onBatch });
      for (let round = 0; round < 40; round++) {
        const counts = await Promise.all([given(newStream(), 3), given(newStream(), 1), given(newStream(), 7)]);
        total += counts.flat().length;
        if (round % 10 === 9) {
          await subscription.stop();
          const resumeAfter = heard.reached.at(-1) ?? after;
          subscription = underTest.store.subscribeAll({ after: resumeAfter, batchSize: 100, onBatch: heard.onBatch });
        }
      }
      await until('everything is heard', () => heard.events.length >= total);
      await subscription.stop();
      const positions = heard.events.map(({ position }) => position);
      expect(positions).toHaveLength(total);
      expect(positions.every((position, i) => i === 0 || position > (positions[i - 1] ?? 0))).toBe(true);
      expect(new Set(idsOf(heard.events)).size).toBe(total);
      expect(heard.reached).toEqual([...heard.reached].sort((a, b) => a - b));
    });

    it('filters, and tells the position it has reached also past what was left out', async () => {
      const after = await underTest.store.headPosition();
      const heard = aListener();
      const filter = { streamPrefixes: ['stay-'], types: ['stay.booked.v1'] };
      const subscription = underTest.store.subscribeAll({ after, filter, onBatch: heard.onBatch });
      const wanted = anEvent({ type: 'stay.booked.v1' });
      await given(newStream('booking'), 3);
      await underTest.store.append(newStream('stay'), 'any', [wanted, anEvent({ type: 'stay.changed.v1' })]);
      await given(newStream('booking'), 3);
      const head = await underTest.store.headPosition();
      await until('the head is reached', () => (heard.reached.at(-1) ?? 0) >= head);
      await subscription.stop();
      expect(idsOf(heard.events)).toEqual([wanted.id]);
    });

    it('calls the handler one batch at a time, no larger than asked, and waits for it', async () => {
      const after = await underTest.store.headPosition();
      const ids = await given(newStream(), 25);
      const seen: string[] = [];
      const sizes: number[] = [];
      let running = 0;
      let mostAtOnce = 0;
      const subscription = underTest.store.subscribeAll({
        after,
        batchSize: 10,
        onBatch: async (events) => {
          mostAtOnce = Math.max(mostAtOnce, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          sizes.push(events.length);
          seen.push(...idsOf(events));
          running--;
        },
      });
      await until('all are seen', () => seen.length === 25);
      await subscription.stop();
      expect(seen).toEqual(ids);
      expect(sizes).toEqual([10, 10, 5]);
      expect(mostAtOnce).toBe(1);
    });

    it('ends with what the handler threw, and delivers nothing more', async () => {
      const after = await underTest.store.headPosition();
      await given(newStream(), 3);
      const broken = new Error('the view is broken');
      let calls = 0;
      const subscription = underTest.store.subscribeAll({
        after,
        batchSize: 1,
        onBatch: async () => {
          calls++;
          throw broken;
        },
      });
      expect(await endOf(subscription)).toBe(broken);
      await given(newStream(), 1);
      await subscription.stop();
      expect(calls).toBe(1);
    });

    it('stops only when the handler has finished, and stays silent then', async () => {
      const after = await underTest.store.headPosition();
      await given(newStream(), 2);
      let started = false;
      let finished = false;
      const subscription = underTest.store.subscribeAll({
        after,
        batchSize: 1,
        onBatch: async () => {
          started = true;
          finished = false;
          await new Promise((resolve) => setTimeout(resolve, 30));
          finished = true;
        },
      });
      await until('the handler runs', () => started);
      await subscription.stop();
      expect(finished).toBe(true);
      finished = false;
      await given(newStream(), 1);
      expect(await endOf(subscription)).toBeUndefined();
      expect(finished).toBe(false);
    });

    it('serves several subscribers, each at its own pace', async () => {
      const after = await underTest.store.headPosition();
      const [quick, slow] = [aListener(), aListener()];
      const subscriptions = [
        underTest.store.subscribeAll({ after, onBatch: quick.onBatch }),
        underTest.store.subscribeAll({
          after,
          batchSize: 5,
          onBatch: async (events, upTo) => {
            await new Promise((resolve) => setTimeout(resolve, 10));
            await slow.onBatch(events, upTo);
          },
        }),
      ];
      const ids = await given(newStream(), 30);
      await until('the quick one has heard all', () => quick.events.length === 30);
      await until('the slow one has heard all', () => slow.events.length === 30);
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      expect(idsOf(quick.events)).toEqual(ids);
      expect(idsOf(slow.events)).toEqual(ids);
    });

    it('ends when the store is closed', async () => {
      const subscription = underTest.store.subscribeAll({ onBatch: async () => undefined });
      await underTest.store.close();
      expect(await endOf(subscription)).toBeUndefined();
      await underTest.reopen();
    });
  });
};
