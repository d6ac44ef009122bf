import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { LiveViews } from '../../projections/runner/live-views.ts';
import { createLiveViewsReader } from '../../projections/runner/live-views-reader.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import { event, type Stage } from './running-views.ts';

interface Count {
  readonly count: number;
}

/** A view that counts what each stream said, and all of it in one cell, which is read in one moment. */
const counts = {
  name: 'counts',
  version: 1,
  handles: ['speaker.said.v1'],
  indexes: [],
  key: ({ stream }) => stream,
  evolve: (document) => ({ count: (document?.count ?? 0) + 1 }),
  rollups: [
    {
      collection: 'total',
      indexes: [],
      contributions: ({ count }) => [{ key: 'all', dimensions: {}, measures: { count } }],
    },
  ],
} satisfies Projection<Count> as unknown as Projection;

const AT_ONCE = 10;
const APPENDS_UNDER_WAY = 100;
/** Each says a hundred times something, so that there are many documents, read and written again and again. */
const TIMES_A_SPEAKER = 100;
const WRITERS = 4;

export interface RebuildReport {
  readonly events: number;
  readonly rebuildMs: number;
  readonly writtenMeanwhile: number;
  readonly looks: number;
  /** What a reader was shown that cannot be; none, if all is well. */
  readonly wrong: readonly string[];
  readonly switched: boolean;
}

/**
 * Rebuilds a view of `events` events while others are written and read: by the process that runs the view and by one that only
 * reads. Whatever is seen must hold all that the view says it has reached, never less than was seen before, and each
 * writer's own writes once the view has reached them.
 */
export const rebuildWhileWritesGoOn = async (stage: Stage, events: number): Promise<RebuildReport> => {
  await fill(stage.eventStore, events);
  const runner = stage.runner([counts], { dropAfterMs: 3_000 });
  await runner.start();
  const last = await stage.append('speaker-last', said());
  if (!(await runner.liveViews.waitFor('counts', last, 60_000 + events / 2)))
    throw new Error(`the view has reached ${runner.liveViews.reached('counts')}, not ${last}`);
  const reader = await createLiveViewsReader(stage.documents, [counts]);
  const before = runner.liveViews.collection('counts');

  const wrong: string[] = [];
  let ended = false;
  let looks = 0;
  let written = 0;
  /** Positions of what is written meanwhile, in order. */
  const positions: number[] = [];
  const leastAt = (reached: number) => events + positions.filter((position) => position <= reached).length;

  const watch = async (who: string, liveViews: LiveViews): Promise<void> => {
    for (let seen = 0; !ended; looks++) {
      const reached = liveViews.reached('counts');
      const least = leastAt(reached);
      const cell = await stage.documents.get<Count>(liveViews.rollup('counts', 'total'), 'all');
      const shown = cell?.count ?? 0;
      if (shown < least) wrong.push(`${who}: ${shown} at ${reached}, where ${least} were written`);
      if (shown < seen) wrong.push(`${who}: ${shown} after ${seen}`);
      seen = shown;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const write = async (writer: number, liveViews: LiveViews): Promise<void> => {
    const stream = `speaker-writer${writer}`;
    for (let own = 1; !ended; own++) {
      const position = await stage.append(stream, said());
      positions.push(position);
      written++;
      if (!(await liveViews.waitFor('counts', position, 20_000))) wrong.push(`${stream}: ${position} was not reached`);
      const mine = await stage.documents.get<Count>(liveViews.collection('counts'), stream);
      if (mine?.count !== own) wrong.push(`${stream}: own ${own} writes, shown ${mine?.count}`);
    }
  };

  const watching = [
    watch('runner', runner.liveViews),
    watch('reader', reader),
    ...Array.from({ length: WRITERS }, (_, writer) => write(writer, writer % 2 === 0 ? runner.liveViews : reader)),
  ];
  const began = performance.now();
  await runner.rebuild('counts');
  const rebuildMs = performance.now() - began;
  // Until the old build is gone too.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  ended = true;
  await Promise.all(watching);
  const switched = ![runner.liveViews, reader].some((liveViews) => liveViews.collection('counts') === before);
  await reader.stop();
  const sum = await sumOf(stage, runner.liveViews.collection('counts'));
  if (sum !== events + 1 + written) wrong.push(`in the end the documents hold ${sum} of ${events + 1 + written}`);
  return { events, rebuildMs, writtenMeanwhile: written, looks, wrong, switched };
};

const said = () => event('speaker.said.v1', {});

const fill = async (eventStore: EventStore, events: number): Promise<void> => {
  const speakers = Math.max(1, Math.floor(events / TIMES_A_SPEAKER));
  let left = events;
  let speaker = 0;
  const append = async (): Promise<void> => {
    while (left > 0) {
      const size = Math.min(AT_ONCE, left);
      left -= size;
      await eventStore.append(`speaker-${speaker++ % speakers}`, 'any', Array.from({ length: size }, said));
    }
  };
  await Promise.all(Array.from({ length: APPENDS_UNDER_WAY }, append));
};

const sumOf = async ({ documents }: Stage, collection: string): Promise<number> => {
  let sum = 0;
  for await (const batch of documents.scan<Count>(collection)) for (const [, { count }] of batch) sum += count;
  return sum;
};
