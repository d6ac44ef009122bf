import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcasters } from '../../contracts/events/registry.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { OnPoison } from './batch-fold.ts';
import type { Projection } from './projection.ts';
import type { ViewWriter } from './view-writer.ts';

/** Events in one commit while a view is built from the log: more cost the garbage collector what they save in commits. */
const BUILD_BATCH = 2_000;

/** Types to read for a view: what it handles, and old types, which may be lifted to what it handles. */
export const typesToRead = (projection: Projection): readonly string[] => [
  ...new Set([...projection.handles, ...Object.keys(upcasters)]),
];

/**
 * Brings a build up to the head of the log as it stands now, from the event store. `step` wraps what is done with each
 * batch; false from `goOn` ends it early. Returns how many events were read.
 * @throws UnhandledEventError with `stop`.
 */
export const readLog = async (
  writer: ViewWriter,
  eventStore: EventStore,
  onPoison: OnPoison,
  goOn: () => boolean,
  step: (work: () => Promise<unknown>) => Promise<unknown> = (work) => work(),
): Promise<number> => {
  await writer.open();
  const head = await eventStore.headPosition();
  let count = 0;
  let taken = writer.taken;
  // A commit may fail while the next batch is read, and something else hear of it first.
  const inOrder = (work: () => Promise<unknown>) =>
    step(async () => {
      if (writer.taken < taken) throw new Error(`${writer.build} fell back behind position ${taken}`);
      return work();
    });
  const log = eventStore.readAll({ after: writer.reached, filter: { types: typesToRead(writer.projection) } });
  for await (const events of ahead(batches(log))) {
    if (!goOn()) break;
    const last = events.at(-1);
    if (last === undefined) continue;
    await inOrder(() => writer.stage(null, events, last.position, onPoison));
    taken = writer.taken;
    count += events.length;
  }
  await inOrder(() => (goOn() ? writer.reachedAll(head) : writer.settled()));
  return count;
};

/** The first event after `after` that the view would read; undefined: none. */
export const firstAfter = async (
  projection: Projection,
  eventStore: EventStore,
  after: number,
): Promise<RecordedEvent | undefined> => {
  for await (const [event] of eventStore.readAll({ after, filter: { types: typesToRead(projection) }, limit: 1 }))
    if (event !== undefined) return event;
  return undefined;
};

/** Joins small batches, so that each commit carries enough. */
async function* batches(log: AsyncIterable<readonly RecordedEvent[]>): AsyncGenerator<readonly RecordedEvent[]> {
  let batch: RecordedEvent[] = [];
  for await (const events of log) {
    if (batch.length === 0 && events.length >= BUILD_BATCH) {
      yield events;
      continue;
    }
    for (const event of events) batch.push(event);
    if (batch.length >= BUILD_BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Asks for the next batch before the one at hand is used: the store reads while the documents are written. */
async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = source.next();
      // A failure is met when its turn comes; until then it is nobody's unhandled rejection.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await source.return(undefined);
  }
}
