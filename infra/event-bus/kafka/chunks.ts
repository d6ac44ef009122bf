import type { KafkaMessage } from 'kafkajs';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { BadMessage } from './dead-letters.ts';
import { eventOf, isWatermark, positionOf } from './message.ts';

/** What the handler is given at once, and where in the partition it ends. */
export interface Chunk {
  readonly events: readonly RecordedEvent[];
  readonly upTo: number;
  readonly bad: readonly BadMessage[];
  readonly lastOffset: string;
}

/**
 * Messages of a partition in chunks of at most `size` events. What stands at or before a position that has been reached is a
 * repeat, from a relay that sent it again, and is left out.
 * @param after position reached so far
 * @param through offset at which the first chunk ends: a batch that failed comes again as it was.
 */
export function* chunksOf(
  messages: readonly KafkaMessage[],
  { after, size, through }: { after: number; size: number; through?: string | undefined },
): Generator<Chunk> {
  let upTo = after;
  let events: RecordedEvent[] = [];
  let bad: BadMessage[] = [];
  for (const [index, message] of messages.entries()) {
    try {
      const position = positionOf(message);
      if (position > upTo) {
        if (!isWatermark(message)) events.push(eventOf(message));
        upTo = position;
      }
    } catch (error) {
      bad.push({ message, reason: error instanceof Error ? error.message : String(error) });
    }
    if (events.length < size && message.offset !== through && index < messages.length - 1) continue;
    yield { events, upTo, bad, lastOffset: message.offset };
    events = [];
    bad = [];
  }
}
