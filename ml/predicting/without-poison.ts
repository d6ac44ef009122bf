import type { RecordedEvent } from '../../contracts/events/envelope.ts';

/** Streams that fail one after the other, none between them going well, are an outage and no fault of theirs. */
const OUTAGE = 3;

/** Events of one stream after which nothing could be predicted, and why. */
export interface FailedEvents {
  readonly events: readonly RecordedEvent[];
  readonly error: unknown;
}

export interface Parted<T> {
  readonly results: readonly T[];
  readonly failed: readonly FailedEvents[];
}

/**
 * Runs a batch as one; when that fails, its streams in halves, so that an event which can't be handled holds up only its own stream.
 * @throws what the first stream failed with, when streams fail wherever one looks: then something that all of them need is away
 */
export const withoutPoison = async <T>(
  events: readonly RecordedEvent[],
  run: (events: readonly RecordedEvent[]) => Promise<readonly T[]>,
): Promise<Parted<T>> => {
  const results: T[] = [];
  const failed: FailedEvents[] = [];
  let goesWell = false;
  const part = async (streams: readonly (readonly RecordedEvent[])[]): Promise<void> => {
    const inOrder = streams.flat().sort((a, b) => a.position - b.position);
    try {
      results.push(...(await run(inOrder)));
      goesWell = true;
    } catch (error) {
      if (streams.length === 1) {
        failed.push({ events: inOrder, error });
        if (!goesWell && failed.length >= OUTAGE) throw failed[0]?.error;
        return;
      }
      const half = Math.ceil(streams.length / 2);
      await part(streams.slice(0, half));
      await part(streams.slice(half));
    }
  };
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const before = streams.get(event.stream);
    if (before === undefined) streams.set(event.stream, [event]);
    else before.push(event);
  }
  if (streams.size > 0) await part([...streams.values()]);
  return { results, failed };
};
