import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents, Write } from '../../infra/documents/documents.ts';
import { ofBuild, PARKED, type ParkedStream, parkedId } from './view-records.ts';

/**
 * The dead letters of one build: streams of which an event could not be handled. Only ranges of revisions are kept;
 * the events stay in the event store. Changes count for the batch under way and are remembered when it is committed.
 */
export class ParkedStreams {
  readonly #view: string;
  readonly #build: string;
  readonly #parked = new Map<string, ParkedStream>();
  /** Null: not parked any more. */
  readonly #changes = new Map<string, ParkedStream | null>();
  #retrying: string | undefined;

  constructor(view: string, build: string) {
    this.#view = view;
    this.#build = build;
  }

  async load(documents: Documents): Promise<void> {
    this.rollback();
    this.#parked.clear();
    for (const parked of await ofBuild<ParkedStream>(documents, PARKED, this.#build))
      this.#parked.set(parked.stream, parked);
  }

  get size(): number {
    return this.#parked.size;
  }

  get(stream: string): ParkedStream | undefined {
    const change = this.#changes.get(stream);
    return change === null ? undefined : (change ?? this.#parked.get(stream));
  }

  /** Whether the event's stream is parked; then the event is counted among those that wait. */
  holdsBack(event: RecordedEvent): boolean {
    if (this.#parked.size === 0 && this.#changes.size === 0) return false;
    if (event.stream === this.#retrying && !this.#changes.has(event.stream)) return false;
    const parked = this.get(event.stream);
    if (parked === undefined) return false;
    if (event.revision > parked.throughRevision)
      this.#changes.set(event.stream, { ...parked, throughRevision: event.revision, waiting: parked.waiting + 1 });
    return true;
  }

  park(event: RecordedEvent, error: Error, parkedAt: string): void {
    const { stream, type, revision, position } = event;
    this.#changes.set(stream, {
      view: this.#view,
      build: this.#build,
      stream,
      eventType: type,
      revision,
      position,
      throughRevision: revision,
      waiting: 1,
      error: error.message,
      parkedAt,
    });
  }

  remove(stream: string): void {
    this.#changes.set(stream, null);
  }

  /** Lets the events of a parked stream pass, until one fails again. */
  beginRetry(stream: string): void {
    this.#retrying = stream;
  }

  /**
   * Settles a retry of `events`: parked again from the one that failed, or from the next on, or not at all after the
   * last. False when one failed.
   */
  endRetry(events: readonly RecordedEvent[], isLast: boolean): boolean {
    const stream = this.#retrying;
    const before = stream === undefined ? undefined : this.#parked.get(stream);
    if (stream === undefined || before === undefined) return true;
    const again = this.#changes.get(stream);
    if (again) {
      const applied = events.length - again.waiting;
      const { throughRevision } = before;
      this.#changes.set(stream, { ...again, throughRevision, waiting: before.waiting - applied });
      return false;
    }
    if (isLast) {
      this.remove(stream);
    } else {
      const revision = (events.at(-1)?.revision ?? before.revision - 1) + 1;
      this.#changes.set(stream, { ...before, revision, waiting: before.waiting - events.length });
    }
    return true;
  }

  writes(): readonly Write[] {
    return [...this.#changes].map(([stream, parked]): Write => {
      const at = { collection: PARKED, id: parkedId(this.#build, stream) };
      return parked === null ? { ...at, remove: true } : { ...at, put: { ...parked } };
    });
  }

  committed(): void {
    for (const [stream, parked] of this.#changes)
      if (parked === null) this.#parked.delete(stream);
      else this.#parked.set(stream, parked);
    this.rollback();
  }

  /** Undoes the changes of the batch under way; a retry stays under way. */
  discardChanges(): void {
    this.#changes.clear();
  }

  rollback(): void {
    this.#changes.clear();
    this.#retrying = undefined;
  }
}
