import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { topicOf } from '../../contracts/topics.ts';
import type { ConsumeOptions, EventBus } from '../../infra/event-bus/event-bus.ts';
import type { Subscription } from '../../infra/event-store/event-store.ts';

/** An event, or a watermark: everything up to the position was published. */
interface Message {
  readonly position: number;
  readonly event?: RecordedEvent;
}

interface Member {
  readonly options: ConsumeOptions;
  active: boolean;
}

interface Group {
  members: readonly Member[];
  readonly offsets: Map<string, number>;
}

const WATERMARK_EVERY_MS = 15;
const LOOK_EVERY_MS = 4;
const MOST_AT_ONCE = 9;
/** So often a partition stands still for a while. */
const STALLED_OF_ONE = 0.004;
const STALL_MS = 250;
/** Of ten deliveries so many begin again before where they were committed. */
const REPEATED_OF_TEN = 3;

/**
 * A bus of several partitions in memory, as unkind as a bus may be: partitions come each at their own pace, batches are
 * small and come again with others, watermarks are late, and members are given partitions that another one is still busy with.
 * Keeps the order of a stream and loses nothing.
 */
export class PartitionedBus {
  readonly #partitions: number;
  readonly #random: () => number;
  readonly #logs = new Map<string, Message[]>();
  readonly #groups = new Map<string, Group>();
  readonly #topics = new Map<string, readonly string[]>();
  readonly #watermarks: NodeJS.Timeout;
  #published = 0;

  /** @param random numbers from 0 to 1: the same ones, the same mischief. */
  constructor(partitions: number, random: () => number) {
    this.#partitions = partitions;
    this.#random = random;
    this.#watermarks = setInterval(() => this.#mark(), WATERMARK_EVERY_MS);
  }

  /** The bus as one process has it. `kill`: it dies without a word, its handlers are called no more. */
  connect(): EventBus & { kill(): void } {
    const members: { readonly member: Member; readonly subscription: Subscription }[] = [];
    const kill = (): void => {
      for (const { member } of members) this.#leave(member);
    };
    return {
      publish: async (events, upTo) => this.#publish(events, upTo),
      publishedUpTo: async () => this.#published,
      partitionOf: async (stream) => this.#partitionOf(stream),
      consume: (options) => {
        const joined = this.#join(options);
        members.push(joined);
        return joined.subscription;
      },
      kill,
      close: async () => {
        kill();
        await Promise.all(members.map(({ subscription }) => subscription.stop()));
      },
    };
  }

  close(): void {
    clearInterval(this.#watermarks);
  }

  #publish(events: readonly RecordedEvent[], upTo: number): void {
    for (const event of events)
      if (event.position > this.#published)
        this.#log(this.#partitionOf(event.stream)).push({ position: event.position, event });
    this.#published = Math.max(this.#published, upTo);
  }

  #mark(): void {
    for (const log of this.#logs.values())
      if ((log.at(-1)?.position ?? 0) < this.#published) log.push({ position: this.#published });
  }

  #partitionOf(stream: string): string {
    const sum = [...stream].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
    return `${topicOf(stream)}/${sum % this.#partitions}`;
  }

  #partitionsOf(topics: readonly string[]): readonly string[] {
    const key = topics.join();
    const known = this.#topics.get(key);
    if (known !== undefined) return known;
    const all = topics.flatMap((topic) => Array.from({ length: this.#partitions }, (_, index) => `${topic}/${index}`));
    this.#topics.set(key, all);
    for (const partition of all) this.#log(partition);
    return all;
  }

  #log(partition: string): Message[] {
    const log = this.#logs.get(partition) ?? [];
    this.#logs.set(partition, log);
    return log;
  }

  #join(options: ConsumeOptions): { readonly member: Member; readonly subscription: Subscription } {
    const group: Group = this.#groups.get(options.group) ?? { members: [], offsets: new Map() };
    this.#groups.set(options.group, group);
    const member: Member = { options, active: true };
    group.members = [...group.members, member];
    const partitions = this.#partitionsOf(options.topics ?? []);
    const ended = Promise.all(partitions.map((partition, index) => this.#read(member, partition, index))).then(
      () => undefined,
    );
    return {
      member,
      subscription: {
        ended,
        stop: () => {
          this.#leave(member);
          return ended;
        },
      },
    };
  }

  #leave(member: Member): void {
    member.active = false;
    const group = this.#groups.get(member.options.group);
    if (group !== undefined) group.members = group.members.filter((other) => other !== member);
  }

  /** Brings a partition to a member, while it is the one of its group that is given it. */
  async #read(member: Member, partition: string, index: number): Promise<void> {
    const { group: name, onBatch, topics = [] } = member.options;
    const group = this.#groups.get(name);
    const log = this.#log(partition);
    while (member.active && group !== undefined) {
      await sleep(this.#random() < STALLED_OF_ONE ? STALL_MS : this.#random() * LOOK_EVERY_MS);
      if (group.members[index % group.members.length] !== member) continue;
      const offset = group.offsets.get(partition) ?? 0;
      const back = this.#random() * 10 < REPEATED_OF_TEN ? Math.floor(this.#random() * MOST_AT_ONCE) : 0;
      const from = Math.max(0, offset - back);
      const messages = log.slice(from, offset + 1 + Math.floor(this.#random() * MOST_AT_ONCE));
      const upTo = messages.at(-1)?.position;
      if (upTo === undefined || from + messages.length === offset) continue;
      const events = messages.flatMap(({ event }) => (event === undefined ? [] : [event]));
      const delivered = await onBatch({ partition, partitions: this.#partitionsOf(topics), events, upTo }).then(
        () => true,
        () => false,
      );
      if (delivered && member.active)
        group.offsets.set(partition, Math.max(group.offsets.get(partition) ?? 0, from + messages.length));
    }
  }
}
