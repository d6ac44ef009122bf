import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Documents } from '../../infra/documents/documents.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { createLiveViewsReader } from '../../projections/runner/live-views-reader.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import { createProjectionRunner, type ProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { cleanReplay, contentOf } from './clean-replay.ts';
import { type FailingDocuments, failingDocuments } from './failing-documents.ts';
import { histories, type StreamEvent } from './histories.ts';
import { PartitionedBus } from './partitioned-bus.ts';
import { event, openStage, type Stage, tally, until } from './running-views.ts';

const DEAD_AFTER_MS = 400;
const RUNNERS = 2;

/** What happens while events are written: to which runner, or which view. */
const incident = fc.record({
  what: fc.constantFrom('write', 'write', 'fault', 'restart', 'kill', 'sleep', 'rebuild'),
  which: fc.nat({ max: 20 }),
  lost: fc.constantFrom('before', 'after'),
});
type Incident = typeof incident extends fc.Arbitrary<infer T> ? T : never;

interface Process {
  readonly runner: ProjectionRunner;
  readonly documents: FailingDocuments;
  kill(): void;
}

/** Runners that share the views over one bus, each as a process of its own. */
const openProcesses = async (stage: Stage, bus: PartitionedBus, projections: readonly Projection[]) => {
  const left: ProjectionRunner[] = [];
  const begin = async (): Promise<Process> => {
    const connected = bus.connect();
    const documents = failingDocuments(stage.documents);
    const { search, eventStore } = stage;
    const runner = createProjectionRunner({
      projections,
      documents,
      search,
      eventStore,
      bus: connected,
      deadAfterMs: DEAD_AFTER_MS,
      dropAfterMs: 2_500,
    });
    await runner.start();
    return {
      runner,
      documents,
      kill: () => {
        documents.die();
        connected.kill();
      },
    };
  };
  const processes = await Promise.all(Array.from({ length: RUNNERS }, begin));
  const at = (which: number): Process => {
    const found = processes[which % RUNNERS];
    if (found === undefined) throw new Error('no process');
    return found;
  };
  const replace = async (which: number): Promise<void> => {
    left.push(at(which).runner);
    processes[which % RUNNERS] = await begin();
  };
  return {
    at,
    processes,
    happen: async ({ what, which, lost }: Incident): Promise<void> => {
      if (what === 'fault') at(which).documents.failNext(lost);
      if (what === 'rebuild') {
        const { name } = projections[which % projections.length] ?? { name: '' };
        // It may be interrupted, or meet an event that it cannot handle: then the live one stays.
        for (const { runner } of processes) runner.rebuild(name).catch(() => undefined);
      }
      if (what === 'restart') {
        await at(which).runner.stop();
        await replace(which);
      }
      if (what === 'kill') {
        at(which).kill();
        await replace(which);
      }
      if (what === 'sleep') {
        const wake = at(which).documents.sleep();
        setTimeout(wake, DEAD_AFTER_MS * 2.5);
      }
    },
    close: async () => {
      await Promise.all(processes.map(({ runner }) => runner.stop()));
      await Promise.all(left.map((runner) => runner.stop().catch(() => undefined)));
    },
  };
};

/** Looks again and again at the sum over a view: never less than what must be in it, whatever build is shown. */
const watch = async (documents: Documents, projection: Projection, writtenUpTo: (position: number) => number) => {
  const reader = await createLiveViewsReader(documents, [projection]);
  // Somebody who waits makes it look often.
  const waiting = reader.waitFor(projection.name, Number.MAX_SAFE_INTEGER, 60_000);
  let ended = false;
  const watching = (async () => {
    for (let looks = 0; ; looks++) {
      const reached = reader.reached(projection.name);
      const collection = reader.collection(projection.name);
      let sum = 0;
      for await (const batch of documents.scan<{ count: number }>(collection))
        for (const [, { count }] of batch) sum += count;
      // One may be in the log and not counted here yet.
      const most = writtenUpTo(Number.MAX_SAFE_INTEGER) + 1;
      if (sum < writtenUpTo(reached) || sum > most)
        throw new Error(`${collection} at ${reached} shows ${sum}, not ${writtenUpTo(reached)} to ${most}`);
      if (ended) return looks;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  watching.catch(() => undefined);
  return async () => {
    ended = true;
    await reader.stop();
    void waiting;
    return watching;
  };
};

describe('views that several processes share over a bus of several partitions', () => {
  it('equal a clean replay, whoever is killed, sleeps, hands over or rebuilds, and never show less than they say', async () => {
    const poisonous = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        histories(120),
        fc.array(incident, { minLength: 6, maxLength: 12, size: 'max' }),
        poisonous,
        fc.nat({ max: 2 ** 31 }),
        async (history, incidents, poison, seed) => {
          let broken = true;
          const ailing = allProjections.map(
            (projection): Projection => ({
              ...projection,
              evolve: (document, recorded) => {
                const next = projection.evolve(document, recorded);
                if (broken && poison.includes(recorded.position)) throw new Error('half done');
                return next;
              },
            }),
          );
          const projections = [...ailing, tally()];
          const bus = new PartitionedBus(3, randomFrom(seed));
          const stage = await openStage({ bus: bus.connect() });
          const processes = await openProcesses(stage, bus, projections);
          const said: number[] = [];
          const unwatch = await watch(
            stage.documents,
            tally(),
            (position) => said.filter((each) => each <= position).length,
          );
          const write = async ({ stream, event: written }: StreamEvent): Promise<number> => {
            const position = await stage.append(`speaker-${said.length % 5}`, event('speaker.said.v1', { word: 'w' }));
            said.push(position);
            return stage.append(stream, written);
          };
          try {
            const portion = Math.ceil(history.length / incidents.length);
            let last = 0;
            for (const [index, each] of incidents.entries()) {
              for (const written of history.slice(index * portion, (index + 1) * portion)) last = await write(written);
              await processes.happen(each);
            }
            for (const { documents } of processes.processes) documents.forget();
            for (const { name } of projections)
              for (const { runner } of processes.processes)
                expect([name, await runner.liveViews.waitFor(name, last, 15_000)]).toEqual([name, true]);
            broken = false;
            const log = await stage.log();
            await retryParked(processes.processes.map(({ runner }) => runner));
            for (const projection of [...allProjections, tally()]) {
              const reader = await createLiveViewsReader(stage.documents, [projection]);
              await reader.stop();
              expect(await contentOf(stage.documents, projection, reader.collection(projection.name))).toEqual(
                cleanReplay(projection, log),
              );
            }
            expect(await unwatch()).toBeGreaterThan(0);
          } finally {
            await unwatch().catch(() => undefined);
            await processes.close();
            await stage.close();
            bus.close();
          }
        },
      ),
      { numRuns: 6, interruptAfterTimeLimit: 60_000, endOnFailure: true },
    );
  }, 120_000);
});

/** Handles what was parked in live builds, by the runner that has the view then. */
const retryParked = (runners: readonly ProjectionRunner[]): Promise<void> =>
  until(async () => {
    const [first] = runners;
    const parked = (await first?.parked()) ?? [];
    const live = parked.filter(({ view, build }) => first?.liveViews.collection(view) === build);
    // It may just have lost the view, or another's try may have gone before.
    for (const { view, stream } of live)
      for (const runner of runners)
        if (runner.running.includes(view)) await runner.retry(view, stream).catch(() => undefined);
    return live.length === 0;
  }, 10_000);

/** Numbers from 0 to 1 that follow from the seed: a linear congruential generator. */
const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
