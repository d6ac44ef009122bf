import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { ConsumeOptions } from '../event-bus.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import type { DeadLetters } from './dead-letters.ts';
import { CONSUMER_RETRY } from './kafka-client.ts';
import { keepAlive } from './keep-alive.ts';
import { OffsetCommits } from './offset-commits.ts';

export interface MemberOptions {
  readonly client: Kafka;
  /** As Kafka knows it, with the prefix. */
  readonly groupId: string;
  readonly topicPrefix: string;
  /** Without the prefix. */
  readonly topics: readonly string[];
  /** Partitions of each topic. */
  readonly partitions: number;
  readonly consume: ConsumeOptions;
  readonly deadLetters: DeadLetters;
  /** Positions that the group has committed, by partition: `spirit.booking/3`. */
  readonly committedPositions: () => Promise<ReadonlyMap<string, number>>;
  /** Positions that this consumer has handled; outlives the member. */
  readonly handled: Map<string, number>;
  /** It has left the group for good. Not called after `stop`. */
  readonly onCrash: (error: unknown) => void;
}

/** What a member knows of a partition that it reads. */
interface Reading {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** The handler was called since the partition came to this member. */
  told: boolean;
  failures: number;
  /** Last offset of the chunk that failed. */
  retryThrough: string | undefined;
}

/** A member that was killed is out of its group after this long; the least that brokers allow by default. */
const SESSION_MS = 6_000;
/** How soon a member hears that others came or went. */
const HEARTBEAT_MS = 500;
/** A handler that is slower than this when partitions are shared out anew may see its batch repeated by another member. */
const REBALANCE_MS = 15_000;
/** A fetch waits so long for news, and stopping or retrying waits for the fetch. */
const FETCH_WAIT_MS = 250;
const BATCH_SIZE = 1_000;
const PACE_MS = 20;
const FIRST_RETRY_MS = 100;
const SLOWEST_RETRY_MS = 5_000;
/** Watermarks are committed with the next events, or after this long: reading them again costs next to nothing. */
const IDLE_COMMIT_MS = 3_000;
/** What kafkajs gets to end in; a dead broker must not hold up the end of the process. */
const LEAVE_MS = 3_000;

/** One membership of a consumer group, from joining it to its crash or `stop`. */
export class GroupMember {
  readonly #options: MemberOptions;
  readonly #consumer: Consumer;
  readonly #commits = new OffsetCommits();
  readonly #readings = new Map<string, Reading>();
  /** The handler's last call by partition, also of those that went to others since. */
  readonly #calls = new Map<string, Promise<unknown>>();
  readonly #names: readonly string[];
  readonly #stopping = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #positionsKnown: Promise<void> = Promise.resolve();
  #idleCommit: NodeJS.Timeout | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#names = options.topics.flatMap((topic) =>
      Array.from({ length: options.partitions }, (_, partition) => `${topic}/${partition}`),
    );
    this.#consumer = options.client.consumer({
      groupId: options.groupId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      allowAutoTopicCreation: false,
      // Whoever holds this member begins anew with another: one way to restart is enough.
      retry: { ...CONSUMER_RETRY, restartOnFailure: async () => false },
    });
    // As many partitions as there are may be pacing themselves.
    setMaxListeners(0, this.#stopping.signal);
    const { CRASH, GROUP_JOIN } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload }) => {
      if (!this.#stopped) options.onCrash(payload.error);
    });
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#joined(payload.memberAssignment));
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Joins the group. @throws when it can't. */
  start(): Promise<void> {
    this.#starting = this.#join();
    return this.#starting;
  }

  async #join(): Promise<void> {
    const { topics, topicPrefix, partitions } = this.#options;
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: topics.map((topic) => topicPrefix + topic), fromBeginning: true });
    if (this.#stopped) return;
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: topics.length * partitions,
      eachBatch: (payload) => this.#onMessages(payload),
    });
  }

  /** Leaves the group; resolves when no handler runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#idleCommit);
    await Promise.all(this.#calls.values());
    // Stopped while it is joining, kafkajs 2.2.4 would join all the same, and stay.
    const left = this.#starting
      .catch(() => undefined)
      .then(() => this.#consumer.disconnect())
      .catch(() => undefined);
    await Promise.race([left, sleep(LEAVE_MS, undefined, { ref: false })]);
    await Promise.all(this.#calls.values());
  }

  /** The partitions were shared out, to this member these. */
  #joined(assignment: Record<string, number[]>): void {
    if (this.#stopped) return;
    const mine = new Set<string>();
    for (const [fullTopic, partitions] of Object.entries(assignment))
      for (const partition of partitions) {
        const name = this.#nameOf(fullTopic, partition);
        mine.add(name);
        if (!this.#readings.has(name)) this.#readings.set(name, newReading(name, fullTopic, partition));
      }
    for (const name of this.#readings.keys()) if (!mine.has(name)) this.#readings.delete(name);
    this.#commits.keep((fullTopic, partition) => mine.has(this.#nameOf(fullTopic, partition)));
    this.#positionsKnown = this.#learnPositions();
    void this.#positionsKnown.then(() => this.#announce());
  }

  /** What the partitions' last readers had handled, lest a message that a relay sent twice is seen twice. */
  async #learnPositions(): Promise<void> {
    try {
      for (const [name, position] of await this.#options.committedPositions()) this.#handledUpTo(name, position);
    } catch {
      // Then what was sent twice may be handled twice, as on any bus that delivers at least once.
    }
  }

  /** Tells the handler of partitions in which there may be nothing for a long time. */
  async #announce(): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.#stopped; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      const untold = [...this.#readings.values()].filter(({ told }) => !told);
      const failed = await Promise.all(
        untold.map((reading) =>
          this.#call(reading, async () => {
            if (!reading.told) await this.#handle(reading, [], this.#reached(reading.name));
          }).then(
            () => false,
            () => true,
          ),
        ),
      );
      if (!failed.includes(true)) return;
      await this.#sleep(wait);
    }
  }

  async #onMessages(payload: EachBatchPayload): Promise<void> {
    const { batch, isRunning, isStale } = payload;
    const reading = this.#readings.get(this.#nameOf(batch.topic, batch.partition));
    if (this.#stopped || reading === undefined) return;
    const { batchSize = BATCH_SIZE, paceMs = PACE_MS } = this.#options.consume;
    const alive = keepAlive(payload.heartbeat, HEARTBEAT_MS);
    try {
      await this.#positionsKnown;
      let calledAt: number | undefined;
      const after = this.#reached(reading.name);
      for (const chunk of chunksOf(batch.messages, { after, size: batchSize, through: reading.retryThrough })) {
        if (this.#stopped || !isRunning() || isStale()) return;
        const began = performance.now();
        if (!(await this.#deliver(reading, chunk, payload))) return;
        // Partitions are being shared out anew: what is done is committed, the rest is for whoever reads it then.
        if (alive.error !== undefined) throw alive.error;
        calledAt = chunk.events.length > 0 && chunk.events.length < batchSize ? began : undefined;
      }
      // The next fetch waits for this, and brings what has gathered meanwhile.
      if (calledAt !== undefined) await this.#sleep(calledAt + paceMs - performance.now());
    } finally {
      alive.stop();
    }
  }

  /** Hands over a chunk and commits it. @returns false when the handler failed: it comes again after a pause. */
  async #deliver(reading: Reading, chunk: Chunk, payload: EachBatchPayload): Promise<boolean> {
    const { events, upTo, bad, lastOffset } = chunk;
    const { deadLetters, groupId } = this.#options;
    try {
      await deadLetters.put(groupId, reading.name, bad);
      if (upTo > this.#reached(reading.name)) await this.#call(reading, () => this.#handle(reading, events, upTo));
    } catch {
      // The handler's failure is its own to report; here it means: not delivered yet.
      this.#retryLater(reading, lastOffset, payload);
      return false;
    }
    reading.failures = 0;
    reading.retryThrough = undefined;
    payload.resolveOffset(lastOffset);
    this.#commits.note({
      topic: reading.topic,
      partition: reading.partition,
      offset: String(BigInt(lastOffset) + 1n),
      metadata: String(this.#reached(reading.name)),
    });
    if (events.length > 0 || bad.length > 0)
      await this.#commits.flush((offsets) => payload.commitOffsetsIfNecessary(offsets));
    this.#commitWhenIdle();
    return true;
  }

  #retryLater(reading: Reading, lastOffset: string, { pause }: EachBatchPayload): void {
    reading.retryThrough = lastOffset;
    const resume = pause();
    const wait = Math.min(FIRST_RETRY_MS * 2 ** reading.failures++, SLOWEST_RETRY_MS);
    setTimeout(() => {
      if (!this.#stopped) resume();
    }, wait).unref();
  }

  /** Calls the handler, which has it then. */
  async #handle({ name }: Reading, events: readonly RecordedEvent[], upTo: number): Promise<void> {
    await this.#options.consume.onBatch({ partition: name, partitions: this.#names, events, upTo });
    this.#handledUpTo(name, upTo);
    const reading = this.#readings.get(name);
    if (reading !== undefined) reading.told = true;
  }

  /** One call at a time per partition, also when it went away and came back. */
  #call({ name }: Reading, work: () => Promise<void>): Promise<void> {
    const call = (this.#calls.get(name) ?? Promise.resolve()).then(work);
    this.#calls.set(
      name,
      call.catch(() => undefined),
    );
    return call;
  }

  #reached(name: string): number {
    return Math.max(this.#options.handled.get(name) ?? 0, this.#options.consume.startAfter ?? 0);
  }

  #handledUpTo(name: string, position: number): void {
    this.#options.handled.set(name, Math.max(this.#options.handled.get(name) ?? 0, position));
  }

  #nameOf(fullTopic: string, partition: number): string {
    return `${fullTopic.slice(this.#options.topicPrefix.length)}/${partition}`;
  }

  #commitWhenIdle(): void {
    if (this.#commits.isEmpty) return;
    this.#idleCommit ??= setTimeout(() => {
      this.#idleCommit = undefined;
      if (this.#stopped) return;
      this.#commits
        .flush(async ({ topics }) => {
          await this.#consumer.commitOffsets(
            topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, ...partition }))),
          );
        })
        .catch(() => this.#commitWhenIdle());
    }, IDLE_COMMIT_MS).unref();
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

const newReading = (name: string, topic: string, partition: number): Reading => ({
  name,
  topic,
  partition,
  told: false,
  failures: 0,
  retryThrough: undefined,
});
