import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from '../../../contracts/events/envelope.ts';
import type { AppendResult, ExpectedRevision } from '../../../infra/event-store/event-store.ts';
import type { StoreUnderTest } from './event-store-contract.ts';
import { anEvent, collect, idsOf, newStream } from './sample-events.ts';

/** The contract in its plainest form: arrays in memory. */
const modelOf = () => {
  const streams = new Map<string, EventEnvelope[]>();
  const log: EventEnvelope[] = [];
  const append = (
    stream: string,
    expected: ExpectedRevision,
    events: readonly EventEnvelope[],
  ): 'appended' | 'already there' | number => {
    const standing = streams.get(stream) ?? [];
    const last = standing.length - 1;
    if (events.length > 0) {
      const places = events.map((event) => standing.indexOf(event));
      const start = places[0] ?? -1;
      if (start >= 0 && places.every((place, i) => place === start + i)) return 'already there';
      if (places.some((place) => place >= 0)) return last;
    }
    const fits =
      expected === 'any' ||
      (expected === 'no-stream' && last === -1) ||
      (expected === 'stream-exists' && last >= 0) ||
      expected === last;
    if (!fits) return last;
    if (events.length === 0) return 'already there';
    streams.set(stream, [...standing, ...events]);
    log.push(...events);
    return 'appended';
  };
  return { append, log, of: (stream: string) => streams.get(stream) ?? [] };
};

const outcomeOf = (result: AppendResult): 'appended' | 'already there' | number => {
  if (!result.appended) return result.actualRevision;
  return result.alreadyThere ? 'already there' : 'appended';
};

const steps = fc.array(
  fc.record({
    stream: fc.nat(2),
    expected: fc.oneof(fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const), fc.nat(6)),
    // Indexes into a small pool of events, so that repeats and overlaps are common.
    events: fc.uniqueArray(fc.nat(9), { maxLength: 4 }),
    data: fc.jsonValue({ maxDepth: 2 }),
  }),
  { minLength: 1, maxLength: 15 },
);

/** Any sequence of appends, read back in every way, equals the model. */
export const modelContract = (underTest: StoreUnderTest): void => {
  describe('as a model', () => {
    it('appends and reads like plain arrays in memory', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const { store } = underTest;
          const after = await store.headPosition();
          const names = [newStream(), newStream('stay'), newStream('departure')];
          const pools = names.map((_, s) =>
            Array.from({ length: 10 }, (_, i) =>
              anEvent({ type: `pool.${i % 2}.v1`, data: sequence[s + i]?.data ?? i }),
            ),
          );
          const model = modelOf();
          const appends = sequence.map((step) => {
            const stream = names[step.stream] ?? '';
            const events = step.events.map((index) => pools[step.stream]?.[index] ?? anEvent());
            return { stream, expected: step.expected, events };
          });
          const expected = appends.map((a) => model.append(a.stream, a.expected, a.events));
          const results: AppendResult[] = [];
          for (const a of appends) results.push(await store.append(a.stream, a.expected, a.events));
          expect(results.map(outcomeOf)).toEqual(expected);

          for (const stream of names) {
            const read = await collect(store.readStream(stream));
            expect(idsOf(read)).toEqual(idsOf(model.of(stream)));
            expect(read.map(({ revision }) => revision)).toEqual(model.of(stream).map((_, revision) => revision));
            expect(read.map(({ data }) => data)).toEqual(
              model.of(stream).map(({ data }) => JSON.parse(JSON.stringify(data))),
            );
            const backward = await collect(store.readStream(stream, { direction: 'backward', limit: 3 }));
            expect(idsOf(backward)).toEqual(idsOf(model.of(stream)).reverse().slice(0, 3));
          }
          expect(idsOf(await collect(store.readAll({ after })))).toEqual(idsOf(model.log));
          const odd = await collect(store.readAll({ after, filter: { types: ['pool.1.v1'] } }));
          expect(idsOf(odd)).toEqual(idsOf(model.log.filter(({ type }) => type === 'pool.1.v1')));
        }),
        { numRuns: 60 },
      );
    });
  });
};
