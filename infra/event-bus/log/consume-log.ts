import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { topicOf } from '../../../contracts/topics.ts';
import type { EventStore, Subscription } from '../../event-store/event-store.ts';
import type { WakeSignal } from '../../event-store/wake-signal.ts';
import type { ConsumeOptions } from '../event-bus.ts';
import type { BusPositions } from './bus-positions.ts';
import type { RecentEvents } from './recent-events.ts';

/** What the consumers of one bus share. */
export interface LogBusState {
  readonly store: EventStore;
  readonly positions: BusPositions;
  readonly recent: RecentEvents;
  /** Wakes when the published watermark has moved. */
  readonly news: WakeSignal;
}

const FIRST_RETRY_MS = 100;
const SLOWEST_RETRY_MS = 5_000;
/** While only other topics move, a consumer hears of the position at most this often. */
const IDLE_REPORT_MS = 20;
const PACE_MS = 20;
const TOPIC = /^spirit\.[^-]+$/;

const prefixOf = (topic: string): string => {
  if (!TOPIC.test(topic)) throw new RangeError(`topics: a topic reads spirit.<context>, not ${topic}`);
  return `${topic.slice('spirit.'.length)}-`;
};

/** The next events of the topics after a position, within what is published, and the position that this reached. */
const next = async (
  { store, positions, recent }: LogBusState,
  after: number,
  topics: ReadonlySet<string> | undefined,
  limit: number,
): Promise<{ events: readonly RecordedEvent[]; upTo: number }> => {
  const end = positions.published;
  const events: RecordedEvent[] = [];
  let upTo = after;
  for (let event = recent.at(upTo + 1); event !== undefined && upTo < end && events.length < limit; ) {
    if (topics === undefined || topics.has(topicOf(event.stream))) events.push(event);
    upTo = event.position;
    event = recent.at(upTo + 1);
  }
  if (upTo > after || after >= end) return { events, upTo };

  const filter = topics && { streamPrefixes: [...topics].map(prefixOf) };
  for await (const batch of store.readAll({ after, limit, ...(filter && { filter }) })) {
    for (const event of batch) if (event.position <= end) events.push(event);
    if ((batch.at(-1)?.position ?? 0) >= end) break;
  }
  return { events, upTo: events.length < limit ? end : (events.at(-1)?.position ?? end) };
};

/** Resolves after `ms`, or as soon as there is news. */
const pause = async (ms: number, news: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = globalThis.setTimeout(resolve, ms);
  });
  await Promise.race([elapsed, news]);
  clearTimeout(timer);
};

/**
 * One consumer of a group: from the group's offset to the watermark, then on as it moves. `turn` resolves when it is
 * this member's turn: the log is one partition, so the members behind the first stand by.
 */
export const consumeLog = (bus: LogBusState, options: ConsumeOptions, turn: Promise<void>): Subscription => {
  const { group, onBatch, batchSize = 1_000, paceMs = PACE_MS } = options;
  const topics = options.topics && new Set(options.topics);
  for (const topic of topics ?? []) prefixOf(topic);
  const stop = new AbortController();
  const { signal } = stop;

  const deliver = async (events: readonly RecordedEvent[], upTo: number): Promise<void> => {
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      try {
        await onBatch({ partition: 'log', partitions: ['log'], events, upTo });
        bus.positions.commitOffset(group, upTo);
        return;
      } catch {
        // The handler's failure is its own to report; here it means: not delivered yet.
        await setTimeout(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const run = async (): Promise<void> => {
    await Promise.race([turn, once(signal, 'abort')]);
    let reached = Math.max(bus.positions.offsetOf(group), options.startAfter ?? 0);
    let looked = reached;
    let idleUntil: number | undefined;
    let deliveredAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const news = bus.news.wait();
      const { events, upTo } = await next(bus, looked, topics, batchSize);
      const early = deliveredAt + paceMs - performance.now();
      if (events.length > 0 && events.length < batchSize && early > 0) {
        await setTimeout(early, undefined, { signal }).catch(() => undefined);
        continue;
      }
      looked = upTo;
      if (events.length === 0) {
        if (looked < bus.positions.published) continue;
        if (looked === reached) {
          await news;
          continue;
        }
        idleUntil ??= performance.now() + IDLE_REPORT_MS;
        const left = idleUntil - performance.now();
        if (left > 0) {
          await pause(left, news);
          continue;
        }
      }
      idleUntil = undefined;
      deliveredAt = performance.now();
      await deliver(events, looked);
      reached = looked;
    }
  };

  const ended = run();
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      stop.abort();
      bus.news.wake();
      await ended.catch(() => undefined);
    },
  };
};
