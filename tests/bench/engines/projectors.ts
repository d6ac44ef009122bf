import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { kafka } from '../../../infra/engines/kafka/kafka.ts';
import { mongodb } from '../../../infra/engines/mongodb.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { openKafkaEventBus } from '../../../infra/event-bus/kafka/kafka-event-bus.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { createLiveViewsReader } from '../../../projections/runner/live-views-reader.ts';
import { inDatabase } from '../../engines/mongodb-databases.ts';
import { startProjector } from '../../projections/engine-stage.ts';
import { recorded, toEvents } from '../../projections/histories.ts';
import type { Row } from '../report.ts';

const EVENTS = Number(process.env.BENCH_PROJECTED_EVENTS ?? 5_000);
const AT_ONCE = 1_000;
const ONE_VIEW = ['bookings'];
const TWO_VIEWS = ['bookings', 'booking-analytics'];

interface Trial {
  readonly partitions: number;
  readonly projectors: number;
  readonly views: readonly string[];
}

/** Bookings that are placed, each in a stream of its own, so that they spread over the partitions. */
const placements = (): readonly RecordedEvent[] => {
  const bookings = Array.from({ length: EVENTS }, (_, number) => ({
    context: 'booking' as const,
    number,
    choice: number,
    amount: (number % 9) + 1,
  }));
  return recorded(toEvents(bookings));
};

/**
 * Events per second and view that projectors, each a process of its own, bring from Kafka into MongoDB: by partitions of the
 * topic, and by projectors. A view has one writer, so a second projector helps where there are two views and not where there is one.
 */
export const projectorsBench = async (): Promise<readonly Row[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-projectors-'));
  const broker = await startEngine(kafka, { dir: join(dir, 'kafka') });
  const server = await startEngine(mongodb, { dir: join(dir, 'mongodb') });
  const events = placements();
  let trials = 0;
  const measure = async (trial: Trial): Promise<number> => {
    const name = `trial${++trials}`;
    const urls = {
      bus: `${broker.url}?topicPrefix=${name}.&partitions=${trial.partitions}`,
      documents: inDatabase(server.url, name),
    };
    return throughput(join(dir, name), urls, trial, events);
  };
  try {
    // The first one warms up broker and server.
    await measure({ partitions: 1, projectors: 1, views: ONE_VIEW });
    const one = await measure({ partitions: 1, projectors: 1, views: ONE_VIEW });
    const rows: Row[] = [];
    for (const partitions of [2, 4]) {
      const more = await measure({ partitions, projectors: 1, views: ONE_VIEW });
      rows.push(row(`one view, ${partitions} partitions / 1`, more, one));
    }
    const idle = await measure({ partitions: 4, projectors: 2, views: ONE_VIEW });
    rows.push(row('one view, 4 partitions and 2 projectors / 1 partition and 1 projector', idle, one));
    const alone = await measure({ partitions: 4, projectors: 1, views: TWO_VIEWS });
    const shared = await measure({ partitions: 4, projectors: 2, views: TWO_VIEWS });
    rows.push(row('two views, 4 partitions, 2 projectors / 1', shared, alone));
    return rows;
  } finally {
    await broker.stop();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
};

/** Projectors wait at an empty bus, then everything is published. Resolves with events per second until all views have them. */
const throughput = async (
  dir: string,
  urls: { readonly bus: string; readonly documents: string },
  { projectors, views }: Trial,
  events: readonly RecordedEvent[],
): Promise<number> => {
  const bus = await openKafkaEventBus(urls.bus);
  const documents = await openDocuments({ url: urls.documents, dataDir: '' });
  const projections = allProjections.filter(({ name }) => views.includes(name));
  // One after the other, so that each gets its share; the log, which they do not read here, is empty and their own.
  const running: Awaited<ReturnType<typeof startProjector>>[] = [];
  for (let i = 0; i < projectors; i++) running.push(await startProjector(join(dir, String(i)), urls, views));
  const share = Math.ceil(views.length / projectors);
  while (running.some((projector) => projector.running().length > share)) await pause(100);
  const liveViews = await createLiveViewsReader(documents, projections);
  // The groups form meanwhile.
  await pause(3_000);
  const began = performance.now();
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const batch = events.slice(from, from + AT_ONCE);
    await bus.publish(batch, batch.at(-1)?.position ?? 0);
  }
  for (const view of views)
    if (!(await liveViews.waitFor(view, events.length, 300_000)))
      throw new Error(`${view} has reached ${liveViews.reached(view)} of ${events.length}`);
  const seconds = (performance.now() - began) / 1_000;
  for (const view of ONE_VIEW) {
    const count = await documents.count(liveViews.collection(view));
    if (count !== events.length) throw new Error(`${view} has ${count} documents of ${events.length}`);
  }
  await liveViews.stop();
  await Promise.all(running.map((projector) => projector.stop()));
  await documents.close();
  await bus.close();
  return (events.length * views.length) / seconds;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const row = (what: string, ours: number, against: number): Row => ({
  bench: `projecting ${EVENTS} bookings from Kafka into MongoDB (against SecantusDB): ${what}`,
  ours: `${Math.round(ours)} events/s`,
  against: `${Math.round(against)} events/s`,
  ratio: ours / against,
  aim: 'told',
  met: true,
});
