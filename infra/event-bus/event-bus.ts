import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Subscription } from '../event-store/event-store.ts';

/** A batch as a consumer gets it: events of one partition, in position order. */
export interface BusBatch {
  /** The same over restarts, and of one topic: `spirit.booking/3`. */
  readonly partition: string;
  /** All partitions of the consumer's topics, whoever reads them: it has come no further than the least of them. */
  readonly partitions: readonly string[];
  readonly events: readonly RecordedEvent[];
  /** Position that this partition has reached for this consumer: events up to here were delivered (also watermarks of idle times). */
  readonly upTo: number;
}

export interface ConsumeOptions {
  /** Consumer group: each group gets every event at least once; members share the partitions. */
  readonly group: string;
  /** Topics (`spirit.<context>`) to hear. Undefined: all. */
  readonly topics?: readonly string[];
  readonly batchSize?: number;
  /**
   * Batches that are not full come at least this far apart; the first after a rest comes at once. Under load many small
   * batches become a few, and the consumer pays for its transaction once for all of them. Default 20 ms.
   */
  readonly paceMs?: number;
  /** Events up to this position are no news to the group, which may be new. An adapter may begin earlier. */
  readonly startAfter?: number;
  /**
   * One call at a time per partition. The offset is committed after it resolves; when it rejects, the batch
   * comes again after a pause (100 ms, doubling to 5 s).
   */
  readonly onBatch: (batch: BusBatch) => Promise<void>;
}

/**
 * The port by which recorded events reach their consumers, at least once, in order per stream.
 * Adapters: embedded (reads the log itself), Kafka. Only the relay publishes.
 */
export interface EventBus {
  /**
   * Publishes recorded events in position order. Resolves when they are durable on the bus; `upTo` tells the position
   * reached, also past events not published. Publishing again what was published is harmless.
   */
  publish(events: readonly RecordedEvent[], upTo: number): Promise<void>;
  /** The position up to which the relay has published (0: nothing), where the bus itself remembers it; undefined where it does not. */
  publishedUpTo(): Promise<number | undefined>;
  consume(options: ConsumeOptions): Subscription;
  /**
   * The partition (`BusBatch.partition`) that a stream's events are on: what a consumer needs to go on from the event store
   * where the bus cannot tell it any more. Left out where there is one partition.
   */
  partitionOf?(stream: string): Promise<string>;
  close(): Promise<void>;
}
