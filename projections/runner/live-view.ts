import type { Write } from '../../infra/documents/documents.ts';
import type { BusBatch } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';
import { createSerial, type Serial } from './serial.ts';
import { type Build, buildName, type ParkedStream, putRecord, type ViewRecord } from './view-records.ts';
import { ViewWriter, type WriterDependencies } from './view-writer.ts';

/**
 * A view that is being kept up to date: the writer of its live build, and the queue through which everything that
 * changes that build passes. `writer` is undefined while the live build is of another version: the code that could go
 * on with it is gone, so it is only served until the new build takes over.
 */
export class LiveView {
  readonly projection: Projection;
  readonly exclusive: Serial = createSerial();
  readonly #state: LiveViewsState;
  readonly #dependencies: WriterDependencies;
  readonly #recording: Serial = createSerial();
  record: ViewRecord;
  writer: ViewWriter | undefined;

  constructor(projection: Projection, record: ViewRecord, state: LiveViewsState, dependencies: WriterDependencies) {
    this.projection = projection;
    this.record = record;
    this.#state = state;
    this.#dependencies = dependencies;
  }

  get name(): string {
    return this.projection.name;
  }

  writerOf(build: Build): ViewWriter {
    return new ViewWriter(this.projection, buildName(this.name, build), this.#dependencies);
  }

  /** Serves the live build from where it stands. */
  async open(): Promise<void> {
    const { live } = this.record;
    const writer = this.writerOf(live);
    await writer.open();
    this.writer = live.version === this.projection.version ? writer : undefined;
    this.#state.switchTo(this.name, live);
    this.#state.advance(this.name, writer.reached);
  }

  /** Changes the live build no more: it is only served, as nobody can say of where, until another one takes over. */
  freeze(): void {
    this.writer = undefined;
    this.#state.advance(this.name, 0);
  }

  /** Changes what is recorded of the view, in one commit with `extra`. */
  change(change: (record: ViewRecord) => ViewRecord, extra: readonly Write[]): Promise<void> {
    return this.#recording(async () => {
      const record = change(this.record);
      await this.#dependencies.documents.commit([putRecord(record), ...extra]);
      this.record = record;
    });
  }

  /** Applies a batch of the bus. Returns how many events were new to the view. */
  deliver({ partition, partitions, events, upTo }: BusBatch): Promise<number> {
    return this.exclusive(async () => {
      if (this.writer === undefined) throw new Error(`view ${this.name} has no live build of this version`);
      const applied = await this.writer.apply({ partition, partitions }, events, upTo, 'park');
      this.publish();
      return applied;
    });
  }

  /** Tells readers how far it is. */
  publish(): void {
    if (this.writer !== undefined) this.#state.advance(this.name, this.writer.reached);
  }

  /** From now on `build`, written by `writer`, is what readers see. Within `exclusive`. */
  switchTo(build: Build, writer: ViewWriter): void {
    this.writer = writer;
    this.#state.switchTo(this.name, build);
    this.publish();
  }

  /**
   * Reads the parked stream again from where it stopped, and lets it go on when all that waits could be handled.
   * Returns what is parked of it then; undefined: nothing.
   * @throws Error when the stream is not parked.
   */
  retry(stream: string, eventStore: EventStore): Promise<ParkedStream | undefined> {
    return this.exclusive(async () => {
      const [writer, parked] = await this.#parked(stream);
      for await (const batch of eventStore.readStream(stream, { from: parked.revision })) {
        const events = batch.filter(({ revision }) => revision <= parked.throughRevision);
        const isLast = events.length < batch.length || events.at(-1)?.revision === parked.throughRevision;
        if (!(await writer.retry(stream, events, isLast)) || isLast) break;
      }
      return writer.parkedStream(stream);
    });
  }

  /** Gives up what waits of a parked stream. @throws Error when the stream is not parked. */
  discard(stream: string): Promise<void> {
    return this.exclusive(async () => {
      const [writer] = await this.#parked(stream);
      await writer.discard(stream);
    });
  }

  async #parked(stream: string): Promise<readonly [ViewWriter, ParkedStream]> {
    const parked = await this.writer?.parkedStream(stream);
    if (this.writer === undefined || parked === undefined)
      throw new Error(`view ${this.name} has no parked stream ${stream}`);
    return [this.writer, parked];
  }
}
