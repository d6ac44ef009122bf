import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { EventStore, Subscription } from '../../event-store/event-store.ts';
import { WakeSignal } from '../../event-store/wake-signal.ts';
import type { ConsumeOptions, EventBus } from '../event-bus.ts';
import { BusPositions } from './bus-positions.ts';
import { consumeLog, type LogBusState } from './consume-log.ts';
import { RecentEvents } from './recent-events.ts';

const RECENT_EVENTS = 8_192;
const RECENT_BYTES = 32 * 1024 * 1024;
/** How soon what another process has published is noticed. */
const POLL_MS = 50;

/** Opens the embedded event bus. @throws Error when its file can't be opened. */
export const openLogEventBus = async (dataDir: string, store: EventStore): Promise<EventBus> =>
  new LogEventBus({
    store,
    positions: new BusPositions(dataDir, await store.headPosition()),
    recent: new RecentEvents(RECENT_EVENTS, RECENT_BYTES),
    news: new WakeSignal(),
  });

/**
 * The embedded adapter: the log is the topic. Publishing moves a watermark; consumers read the log up to it.
 */
class LogEventBus implements EventBus {
  readonly #state: LogBusState;
  readonly #poll: NodeJS.Timeout;
  /** Members of each group in the order they came; the first is active. */
  readonly #groups = new Map<string, Subscription[]>();
  #closed: Promise<void> | undefined;

  constructor(state: LogBusState) {
    this.#state = state;
    this.#poll = setInterval(() => this.#lookForOthers(), POLL_MS).unref();
  }

  async publish(events: readonly RecordedEvent[], upTo: number): Promise<void> {
    this.#mustBeOpen();
    const { positions, recent, news } = this.#state;
    if (upTo <= positions.published) return;
    for (const event of events) recent.add(event);
    positions.publish(upTo);
    news.wake();
  }

  async publishedUpTo(): Promise<number> {
    this.#mustBeOpen();
    return this.#state.positions.published;
  }

  consume(options: ConsumeOptions): Subscription {
    this.#mustBeOpen();
    const members = this.#groups.get(options.group) ?? [];
    const ahead = members.map(({ ended }) => ended.catch(() => undefined));
    const member = consumeLog(
      this.#state,
      options,
      Promise.all(ahead).then(() => undefined),
    );
    this.#groups.set(options.group, members);
    members.push(member);
    const leave = (): void => {
      members.splice(members.indexOf(member), 1);
    };
    member.ended.then(leave, leave);
    return member;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#poll);
    await Promise.all([...this.#groups.values()].flat().map((member) => member.stop()));
    this.#state.positions.close();
  }

  #lookForOthers(): void {
    try {
      if (this.#state.positions.refresh()) this.#state.news.wake();
    } catch {
      // A timer has nobody to tell; it looks again soon.
    }
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new Error('the event bus is closed');
  }
}
