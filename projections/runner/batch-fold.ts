import { LRUCache } from 'lru-cache';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { SearchWrite } from '../../infra/search/search.ts';
import type { ParkedStreams } from './parked-streams.ts';
import type { Contribution, Projection } from './projection.ts';
import { checkContributions } from './rollup-cells.ts';
import { SeenIds } from './seen-ids.ts';

/** What to do with an event that cannot be handled: hold its stream back, or stop with an error. */
export type OnPoison = 'park' | 'stop';

/** An event that a view cannot handle. The message says which. */
export class UnhandledEventError extends Error {
  override readonly name = 'UnhandledEventError';
  readonly event: RecordedEvent;

  constructor(view: string, event: RecordedEvent, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(`${view} cannot handle ${event.type} at position ${event.position} (${event.stream}): ${what}`, { cause });
    this.event = event;
  }
}

/** A projection threw; which event it was is found out by folding again with care. */
export class ProjectionError extends Error {
  override readonly name = 'ProjectionError';
}

type Key = string | undefined | { readonly failed: unknown };

const NOT_APPLIED = -1;

export interface Change<D> {
  readonly entry: Entry<D>;
  readonly before: Entry<D>['contributions'];
  /** Of the last event applied to it; NOT_APPLIED until one was. */
  position: number;
  search: ((id: string) => SearchWrite) | undefined;
}

/** What a batch changes, by the id of the document. */
export type Touched<D> = Map<string, Change<D>>;

/** A document as it stands after the last commit, or in the batch under way. */
interface Entry<D> {
  document: D | undefined;
  contributions: readonly (readonly Contribution[])[];
  /** Whether the store holds it. */
  stored: boolean;
}

interface FoldDependencies {
  readonly documents: Documents;
  readonly parked: ParkedStreams;
  readonly now: () => string;
  /** How many documents are kept in memory. */
  readonly cached: number;
}

/** The documents of one build in memory: reads what a batch needs and is not there, and folds its events into it. */
export class BatchFold<D extends object> {
  readonly #projection: Projection<D>;
  readonly #build: string;
  readonly #documents: Documents;
  readonly #parked: ParkedStreams;
  readonly #now: () => string;
  readonly #cache: LRUCache<string, Entry<D>>;
  /** Of a commit that is under way: the store may not show it yet. */
  #unsettled: Touched<D> = new Map();
  /** Ids written so far, where all of them are known: a build that began empty in this process. */
  #seen: SeenIds | undefined;

  constructor(projection: Projection<D>, build: string, { documents, parked, now, cached }: FoldDependencies) {
    this.#projection = projection;
    this.#build = build;
    this.#documents = documents;
    this.#parked = parked;
    this.#now = now;
    this.#cache = new LRUCache({ max: cached });
  }

  /** The build holds nothing yet. */
  beginEmpty(): void {
    this.#seen = new SeenIds();
  }

  /** What was folded is being committed: from now on the documents are believed to stand as it leaves them. */
  committed(touched: Touched<D>): void {
    this.#unsettled = touched;
    for (const [id, { entry }] of touched) {
      entry.stored = entry.document !== undefined;
      this.#cache.set(id, entry);
      this.#seen?.add(id);
    }
  }

  /** What was being committed is in the store. */
  settled(): void {
    this.#unsettled = new Map();
  }

  /** Forgets the documents in memory, of which some may be half changed. What was committed must be settled. */
  forget(): void {
    this.#cache.clear();
    this.settled();
  }

  /** Believes nothing any more. */
  reset(): void {
    this.forget();
    this.#seen = undefined;
  }

  /** Without `onPoison` any error of the projection is a ProjectionError; with it, found out event by event. */
  async fold(events: readonly RecordedEvent[], onPoison?: OnPoison): Promise<Touched<D>> {
    const touched: Touched<D> = new Map();
    const ids = this.#keys(events, onPoison !== undefined);
    const stored = await this.#load(ids);
    for (let i = 0; i < events.length; i++) {
      const event = events[i];
      const id = ids[i];
      if (event === undefined || id === undefined || this.#parked.holdsBack(event)) continue;
      if (typeof id !== 'string') {
        this.#poisoned(event, id.failed, onPoison);
        continue;
      }
      let change = touched.get(id);
      if (change === undefined) {
        const entry = this.#cache.get(id) ?? this.#unsettled.get(id)?.entry ?? this.#entry(stored.get(id));
        change = { entry, before: entry.contributions, position: NOT_APPLIED, search: undefined };
        touched.set(id, change);
      }
      this.#evolve(change, event, onPoison);
    }
    for (const [id, change] of touched)
      if (change.position === NOT_APPLIED) touched.delete(id);
      else this.#derive(change);
    return touched;
  }

  #evolve(change: Change<D>, event: RecordedEvent, onPoison: OnPoison | undefined): void {
    const { entry } = change;
    const { position } = change;
    const backup = onPoison === undefined ? undefined : structuredClone(entry.document);
    try {
      entry.document = this.#projection.evolve(entry.document, event);
      change.position = event.position;
      if (onPoison !== undefined) this.#derive(change);
    } catch (error) {
      entry.document = backup;
      change.position = position;
      this.#poisoned(event, error, onPoison);
    }
  }

  #poisoned(event: RecordedEvent, error: unknown, onPoison: OnPoison | undefined): void {
    if (onPoison === undefined) throw new ProjectionError('to be found out', { cause: error });
    const unhandled = new UnhandledEventError(this.#projection.name, event, error);
    if (onPoison === 'stop') throw unhandled;
    this.#parked.park(event, unhandled, this.#now());
  }

  #keys(events: readonly RecordedEvent[], careful: boolean): readonly Key[] {
    return events.map((event) => {
      try {
        return this.#projection.key(event);
      } catch (error) {
        if (!careful) throw new ProjectionError('to be found out', { cause: error });
        return { failed: error };
      }
    });
  }

  async #load(ids: readonly Key[]): Promise<ReadonlyMap<string, D>> {
    const unknown = new Set<string>();
    for (const id of ids) if (typeof id === 'string' && !this.#isKnown(id)) unknown.add(id);
    if (unknown.size === 0) return new Map();
    return this.#documents.getMany<D>(this.#build, [...unknown]);
  }

  /** Whether a document needs not be read: it is in memory, or certainly not in the store. */
  #isKnown(id: string): boolean {
    return this.#cache.has(id) || this.#unsettled.has(id) || this.#seen?.mayHave(id) === false;
  }

  #entry(document: D | undefined): Entry<D> {
    return { document, contributions: this.#contributions(document), stored: document !== undefined };
  }

  #contributions(document: D | undefined): readonly (readonly Contribution[])[] {
    const { rollups } = this.#projection;
    if (rollups === undefined || document === undefined) return [];
    return rollups.map(({ contributions }) => {
      const all = contributions(document);
      checkContributions(all);
      return all;
    });
  }

  /** Makes what else comes of a document: its contributions and what is searched. */
  #derive(change: Change<D>): void {
    const { entry, position } = change;
    const { search } = this.#projection;
    try {
      entry.contributions = this.#contributions(entry.document);
      if (search === undefined) return;
      const searchable = entry.document === undefined ? undefined : search.toSearch(entry.document);
      change.search = (id) =>
        searchable === undefined
          ? { remove: { id, version: position } }
          : { put: { ...searchable, id, version: position } };
    } catch (error) {
      throw new ProjectionError('to be found out', { cause: error });
    }
  }
}
