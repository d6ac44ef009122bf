import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Write } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import { CHECKPOINTS, type Checkpoint, checkpointId, putCheckpoint } from './view-records.ts';

/** The bus is another one, and what the build holds of it cannot be told any more: it must be built anew. */
export class PartitionsChangedError extends Error {
  override readonly name = 'PartitionsChangedError';
}

/**
 * How far a build has come: by partition of the bus, over a floor up to which it holds everything, whatever the
 * partition (what was built from the event store). Once the bus has told its partitions all of them are recorded,
 * also those of which nothing came yet: the least of them is the answer, for readers in other processes too.
 */
export class PartitionCheckpoint {
  #floor = 0;
  readonly #partitions = new Map<string, number>();
  readonly #unsaved = new Set<string | null>();
  #heard: readonly string[] | undefined;

  constructor(saved: readonly Checkpoint[]) {
    for (const { partition, position } of saved)
      if (typeof partition === 'string') this.#partitions.set(partition, position);
      // Null, or the number of the only partition that there was before partitions had names: all up to there is in it.
      else this.#floor = Math.max(this.#floor, position);
  }

  /** Events of the partition up to here are in the build. */
  of(partition: string | null): number {
    return partition === null ? this.#floor : Math.max(this.#floor, this.#partitions.get(partition) ?? 0);
  }

  /** Everything up to here is in the build. */
  get reached(): number {
    if (this.#partitions.size === 0) return this.#floor;
    return Math.max(this.#floor, Math.min(...this.#partitions.values()));
  }

  /** Nothing after this is in the build. */
  get furthest(): number {
    return Math.max(this.#floor, ...this.#partitions.values());
  }

  get partitions(): readonly string[] {
    return [...this.#partitions.keys()];
  }

  /**
   * The partitions that the bus has now. Those that are gone count no more.
   * @throws PartitionsChangedError where none is left of those before and they had come to different positions.
   */
  hear(partitions: readonly string[]): void {
    if (partitions === this.#heard) return;
    const gone = this.partitions.filter((partition) => !partitions.includes(partition));
    if (gone.length > 0 && gone.length === this.#partitions.size) {
      if (this.furthest > this.reached) throw new PartitionsChangedError(`the bus has other partitions than ${gone}`);
      this.advance(null, this.reached);
    }
    for (const partition of gone) this.#partitions.delete(partition);
    const begun = partitions.filter((partition) => !this.#partitions.has(partition));
    for (const partition of begun) this.#partitions.set(partition, 0);
    for (const partition of [...gone, ...begun]) this.#unsaved.add(partition);
    this.#heard = partitions;
  }

  /**
   * Which events of the event store are not in the build: some may have come by the bus, partition by partition.
   * @throws PartitionsChangedError where that cannot be told.
   */
  async lacking(
    events: readonly RecordedEvent[],
    partitionOf: EventBus['partitionOf'],
  ): Promise<readonly RecordedEvent[]> {
    const { furthest, partitions } = this;
    if (furthest <= this.#floor) return events;
    const held = new Map<string, number>();
    for (const { stream, position } of events) {
      if (position > furthest || held.has(stream)) continue;
      const partition = partitions.length === 1 ? partitions[0] : await partitionOf?.(stream);
      if (partition === undefined) throw new Error(`nobody tells which partition ${stream} is on`);
      if (!this.#partitions.has(partition))
        throw new PartitionsChangedError(`${stream} is on ${partition}, of which nothing is known`);
      held.set(stream, this.of(partition));
    }
    return events.filter(({ stream, position }) => position > (held.get(stream) ?? this.#floor));
  }

  advance(partition: string | null, position: number): void {
    if (position <= this.of(partition)) return;
    if (partition === null) this.#floor = position;
    else this.#partitions.set(partition, position);
    this.#unsaved.add(partition);
  }

  saved(partition: string | null): void {
    this.#unsaved.delete(partition);
  }

  /** Writes for what has changed since it was saved; counts as saved with this call. */
  takeUnsaved(build: string): readonly Write[] {
    const writes = [...this.#unsaved].map((partition): Write => {
      if (partition === null) return putCheckpoint({ build, partition, position: this.#floor });
      const position = this.#partitions.get(partition);
      return position === undefined
        ? { collection: CHECKPOINTS, id: checkpointId(build, partition), remove: true }
        : putCheckpoint({ build, partition, position });
    });
    this.#unsaved.clear();
    return writes;
  }
}
