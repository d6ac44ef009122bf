import type { Write } from '../../infra/documents/documents.ts';
import { type Checkpoint, putCheckpoint } from './view-records.ts';

/**
 * How far a build has come: by partition of the bus, over a floor up to which it holds everything, whatever the
 * partition (what was built from the event store).
 */
export class PartitionCheckpoint {
  #floor = 0;
  readonly #partitions = new Map<string, number>();
  readonly #unsaved = new Set<string | null>();

  constructor(saved: readonly Checkpoint[]) {
    for (const { partition, position } of saved)
      if (partition === null) this.#floor = position;
      else this.#partitions.set(partition, position);
  }

  /** Events of the partition up to here are in the build. */
  of(partition: string | null): number {
    return partition === null ? this.#floor : Math.max(this.#floor, this.#partitions.get(partition) ?? 0);
  }

  get reached(): number {
    if (this.#partitions.size === 0) return this.#floor;
    return Math.max(this.#floor, Math.min(...this.#partitions.values()));
  }

  get partitions(): readonly string[] {
    return [...this.#partitions.keys()];
  }

  advance(partition: string | null, position: number): void {
    if (partition !== null && !this.#partitions.has(partition)) this.#partitions.set(partition, 0);
    if (position <= this.of(partition)) return;
    if (partition === null) this.#floor = position;
    else this.#partitions.set(partition, position);
    this.#unsaved.add(partition);
  }

  saved(partition: string | null): void {
    this.#unsaved.delete(partition);
  }

  /** Writes for what has advanced since it was saved; counts as saved with this call. */
  takeUnsaved(build: string): readonly Write[] {
    const writes = [...this.#unsaved].map((partition) => {
      // A partition's own position, not the floor: that is saved with the documents that reach it.
      const position = partition === null ? this.#floor : (this.#partitions.get(partition) ?? 0);
      return putCheckpoint({ build, partition, position });
    });
    this.#unsaved.clear();
    return writes;
  }
}
