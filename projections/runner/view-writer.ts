import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcast } from '../../contracts/events/registry.ts';
import type { Document, Documents, Write } from '../../infra/documents/documents.ts';
import type { BusBatch, EventBus } from '../../infra/event-bus/event-bus.ts';
import type { Search } from '../../infra/search/search.ts';
import { BatchFold, type OnPoison, ProjectionError, type Touched } from './batch-fold.ts';
import { ParkedStreams } from './parked-streams.ts';
import { PartitionCheckpoint } from './partition-checkpoint.ts';
import type { Projection } from './projection.ts';
import { RollupCells } from './rollup-cells.ts';
import {
  CHECKPOINTS,
  type Checkpoint,
  indexName,
  ofBuild,
  type ParkedStream,
  putCheckpoint,
  rollupCollection,
} from './view-records.ts';

export interface WriterDependencies {
  readonly documents: Documents;
  readonly search: Search;
  /** Goes into every commit, and refuses it when another runner has taken over. */
  readonly fence: () => Write;
  readonly now: () => string;
  readonly partitionOf?: EventBus['partitionOf'];
  /** How many documents, and cells of a rollup, are kept in memory. Default 4,000 and 20,000. */
  readonly cached?: { readonly documents: number; readonly cells: number };
}

/** Where a batch comes from: a partition of the bus, among those that there are; null: the event store. */
export type BatchSource = Pick<BusBatch, 'partition' | 'partitions'> | null;

const CACHED = { documents: 4_000, cells: 20_000 };

/**
 * Folds events into the documents of one build, and writes documents, rollup cells, parked streams and checkpoint in
 * one commit. Redelivery changes nothing: what is not past the checkpoint of its partition is skipped. It is the only
 * writer of its build and remembers what it wrote; after a failure it believes nothing and reads again.
 * Calls must come one at a time.
 */
export class ViewWriter<D extends object = object> {
  readonly projection: Projection<D>;
  readonly build: string;
  readonly #dependencies: WriterDependencies;
  readonly #handles: ReadonlySet<string>;
  readonly #fold: BatchFold<D>;
  readonly #cells: readonly RollupCells[];
  readonly #parked: ParkedStreams;
  #checkpoint: PartitionCheckpoint | undefined;
  #reached = 0;
  /** The commit whose outcome is not known yet. */
  #inFlight: Promise<void> = Promise.resolve();

  constructor(projection: Projection<D>, build: string, dependencies: WriterDependencies) {
    this.projection = projection;
    this.build = build;
    this.#dependencies = dependencies;
    this.#handles = new Set(projection.handles);
    const cached = dependencies.cached ?? CACHED;
    this.#cells = (projection.rollups ?? []).map(
      ({ collection, sparse }) =>
        new RollupCells(dependencies.documents, rollupCollection(build, collection), cached.cells, sparse),
    );
    const { documents, now } = dependencies;
    this.#parked = new ParkedStreams(projection.name, build);
    this.#fold = new BatchFold(projection, build, { documents, parked: this.#parked, now, cached: cached.documents });
  }

  /** Reads checkpoint and parked streams, where they are not known. */
  async open(): Promise<void> {
    if (this.#checkpoint !== undefined) return;
    const { documents } = this.#dependencies;
    const checkpoints = await ofBuild<Checkpoint>(documents, CHECKPOINTS, this.build);
    await this.#parked.load(documents);
    this.#checkpoint = new PartitionCheckpoint(checkpoints);
    this.#reached = this.#checkpoint.reached;
    if (checkpoints.length === 0) this.#fold.beginEmpty();
  }

  /** The position up to which everything is known to be in the documents, the least over the partitions. */
  get reached(): number {
    return this.#reached;
  }

  /** Partitions of the bus that it has heard of; none: it was only built from the store so far. */
  get partitions(): readonly string[] {
    return this.#checkpoint?.partitions ?? [];
  }

  /** Nothing after this position is in the documents. */
  get furthest(): number {
    return this.#checkpoint?.furthest ?? 0;
  }

  /** Whether it can tell of any event of the event store if it holds it. */
  get knowsWhatItHolds(): boolean {
    return this.partitions.length < 2 || this.#dependencies.partitionOf !== undefined;
  }

  /** The position of the event store up to which everything was taken, written or being written. */
  get taken(): number {
    return this.#checkpoint?.of(null) ?? 0;
  }

  /**
   * Takes a batch that reaches up to `upTo`. Returns how many events it was new to. A batch without any for this view is
   * only remembered, see `idleCheckpoints`.
   * @throws UnhandledEventError with `stop`; PartitionsChangedError. Whatever it throws, nothing of the batch is in the documents, or all of it.
   */
  async apply(
    source: BatchSource,
    events: readonly RecordedEvent[],
    upTo: number,
    onPoison: OnPoison,
  ): Promise<number> {
    const applied = await this.stage(source, events, upTo, onPoison);
    await this.settled();
    return applied;
  }

  /**
   * As `apply`, but resolves while the batch is being written, so that the next one can be folded meanwhile. Commits
   * still go one after the other. What it throws may be the failure of the batch before. End with `settled`.
   */
  async stage(
    source: BatchSource,
    events: readonly RecordedEvent[],
    upTo: number,
    onPoison: OnPoison,
  ): Promise<number> {
    await this.open();
    const checkpoint = this.#opened();
    if (source !== null) checkpoint.hear(source.partitions);
    const partition = source?.partition ?? null;
    const handled = this.#handled(events, checkpoint.of(partition));
    const fresh = source === null ? await checkpoint.lacking(handled, this.#dependencies.partitionOf) : handled;
    if (fresh.length === 0) {
      await this.settled();
      checkpoint.advance(partition, upTo);
      this.#reached = checkpoint.reached;
      return 0;
    }
    const position = Math.max(checkpoint.of(partition), upTo);
    await this.#commit(fresh, onPoison, () => {
      checkpoint.saved(partition);
      return [...checkpoint.takeUnsaved(this.build), putCheckpoint({ build: this.build, partition, position })];
    });
    checkpoint.advance(partition, position);
    checkpoint.saved(partition);
    return fresh.length;
  }

  /** Waits for the batch that is being written. @throws when it could not be. */
  async settled(): Promise<void> {
    const inFlight = this.#inFlight;
    this.#inFlight = Promise.resolve();
    await inFlight;
    this.#fold.settled();
    for (const cells of this.#cells) cells.settled();
    if (this.#checkpoint !== undefined) this.#reached = this.#checkpoint.reached;
  }

  /**
   * Applies events of a parked stream that were read again, in order; the last of those that wait when `isLast`.
   * False when one of them failed again: the stream is parked from there.
   */
  async retry(stream: string, events: readonly RecordedEvent[], isLast: boolean): Promise<boolean> {
    await this.open();
    this.#parked.beginRetry(stream);
    const handled = this.#handled(events, 0);
    let passed = false;
    await this.#commit(handled, 'park', () => {
      passed = this.#parked.endRetry(handled, isLast);
      return [];
    });
    await this.settled();
    return passed;
  }

  /** Forgets a parked stream: the events held back stay unapplied, later ones are handled again. */
  async discard(stream: string): Promise<void> {
    await this.open();
    await this.#commit([], 'park', () => {
      this.#parked.remove(stream);
      return [];
    });
    await this.settled();
  }

  async parkedStream(stream: string): Promise<ParkedStream | undefined> {
    await this.open();
    return this.#parked.get(stream);
  }

  /** Checkpoints of batches that had nothing for this view and are not written yet; they count as written with this call. */
  idleCheckpoints(): readonly Write[] {
    return this.#checkpoint?.takeUnsaved(this.build) ?? [];
  }

  /** Everything up to `position` is known to be in it; `partitions` are those that the bus is known to have. */
  async reachedAll(position: number, partitions: readonly string[] = []): Promise<void> {
    await this.open();
    await this.settled();
    const checkpoint = this.#opened();
    checkpoint.advance(null, position);
    if (partitions.length > 0) checkpoint.hear(partitions);
    this.#reached = checkpoint.reached;
  }

  /** Believes nothing any more: the next call reads checkpoint and documents again. */
  reset(): void {
    this.#fold.reset();
    for (const cells of this.#cells) cells.reset();
    this.#checkpoint = undefined;
  }

  #opened(): PartitionCheckpoint {
    if (this.#checkpoint === undefined) throw new Error(`${this.build} is not open`);
    return this.#checkpoint;
  }

  #handled(events: readonly RecordedEvent[], after: number): RecordedEvent[] {
    const handled: RecordedEvent[] = [];
    for (const event of events) {
      if (event.position <= after) continue;
      const newest = upcast(event);
      if (this.#handles.has(newest.type)) handled.push(newest);
    }
    return handled;
  }

  /** Folds while the commit before is under way, waits for that, and begins the next. */
  async #commit(events: readonly RecordedEvent[], onPoison: OnPoison, extra: () => readonly Write[]): Promise<void> {
    try {
      let touched: Touched<D>;
      try {
        touched = await this.#fold.fold(events);
      } catch (error) {
        if (!(error instanceof ProjectionError)) throw error;
        // Rare: fold again with a copy of each document at hand, so that what a failing event half changed is undone.
        await this.settled();
        this.#fold.forget();
        for (const cells of this.#cells) cells.discard();
        this.#parked.discardChanges();
        touched = await this.#fold.fold(events, onPoison);
      }
      const writes = await this.#writes(touched, extra());
      await this.settled();
      await this.#begin(writes, touched);
    } catch (error) {
      await this.#inFlight.catch(() => undefined);
      this.#inFlight = Promise.resolve();
      this.reset();
      throw error;
    }
  }

  /** All that a batch changes in the documents. */
  async #writes(touched: Touched<D>, extra: readonly Write[]): Promise<readonly Write[]> {
    const writes: Write[] = [];
    for (const [id, { entry, before }] of touched) {
      this.#cells.forEach((cells, rollup) => {
        cells.add(before[rollup] ?? [], -1);
        cells.add(entry.contributions[rollup] ?? [], 1);
      });
      if (entry.document !== undefined) writes.push({ collection: this.build, id, put: entry.document as Document });
      else if (entry.stored) writes.push({ collection: this.build, id, remove: true });
    }
    for (const cells of this.#cells) writes.push(...(await cells.writes()));
    writes.push(...this.#parked.writes(), ...extra, this.#dependencies.fence());
    return writes;
  }

  /** Begins the commit, and goes on as if it had succeeded: should it fail, everything believed is dropped. */
  async #begin(writes: readonly Write[], touched: Touched<D>): Promise<void> {
    const { documents, search } = this.#dependencies;
    const searchWrites = [...touched].flatMap(([id, change]) => change.search?.(id) ?? []);
    // The search first: what is written there without the documents is written again, by the same version, on redelivery.
    if (searchWrites.length > 0) await search.write(indexName(this.build), searchWrites);
    this.#inFlight = documents.commit(writes).catch((error: unknown) => {
      this.reset();
      throw error;
    });
    this.#inFlight.catch(() => undefined);
    this.#fold.committed(touched);
    for (const cells of this.#cells) cells.committed();
    this.#parked.committed();
  }
}
