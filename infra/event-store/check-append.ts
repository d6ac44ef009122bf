import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { EventTooLargeError, type ExpectedRevision, MAX_EVENT_BYTES } from './event-store.ts';

const MAX_STREAM_NAME = 1_024;

/** What every adapter refuses before it asks its engine. @throws RangeError for a name, revision or id that none takes. */
export const checkAppend = (stream: string, expected: ExpectedRevision, events: readonly EventEnvelope[]): void => {
  if (stream === '' || stream.length > MAX_STREAM_NAME) {
    throw new RangeError(`stream: its name must have 1 to ${MAX_STREAM_NAME} characters, not ${stream.length}`);
  }
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= -1)) {
    throw new RangeError(`expected: a revision is an integer from 0, not ${expected}`);
  }
  if (events.length < 2) return;
  const ids = new Set<string>();
  for (const { id } of events) {
    if (ids.has(id)) throw new RangeError(`events: the id ${id} stands twice in one append to ${stream}`);
    ids.add(id);
  }
};

/** @throws EventTooLargeError when an event has more bytes of JSON than the port promises to take. */
export const checkSize = (type: string, bytes: number): void => {
  if (bytes <= MAX_EVENT_BYTES) return;
  throw new EventTooLargeError(
    `event ${type} has ${bytes} bytes of JSON; the event store takes at most ${MAX_EVENT_BYTES} bytes an event`,
  );
};
