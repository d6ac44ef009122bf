import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { IndexSpec } from '../../infra/documents/documents.ts';
import type { IndexSchema, SearchDocument } from '../../infra/search/search.ts';

/**
 * Counts that follow from a document: the runner subtracts what the document contributed before a change and adds
 * what it contributes after, in the transaction of the change. So a cell always equals the sum over the documents.
 */
export interface Rollup<D extends object> {
  /** Cells are documents `{ ...dimensions, ...measures }` of this collection; a cell whose measures are all 0 is removed. */
  readonly collection: string;
  readonly indexes: readonly IndexSpec[];
  /** Measures that come to 0 are left out of a cell: for those that are named by what they count, `booked:14`. */
  readonly sparse?: boolean;
  readonly contributions: (document: D) => readonly Contribution[];
}

export interface Contribution {
  /** Id of the cell. */
  readonly key: string;
  /** Nothing but what the id tells too: the same id always comes with the same dimensions. */
  readonly dimensions: Readonly<Record<string, string | number | null>>;
  /** Integers only, so that sums are exact whatever the order. */
  readonly measures: Readonly<Record<string, number>>;
}

/**
 * A view: a pure fold of events into documents. Raising `version` builds the new one beside the old from the event store.
 */
export interface Projection<D extends object = object> {
  readonly name: string;
  readonly version: number;
  /** Event types that it folds. */
  readonly handles: readonly string[];
  readonly indexes: readonly IndexSpec[];
  /** Id of the document that an event concerns; undefined: none. */
  readonly key: (event: RecordedEvent) => string | undefined;
  /**
   * The next document; undefined removes it. Returns a new object or changes `document` in place: the runner owns it.
   * The event, and what a document shares with it, is never changed: others read the same object.
   */
  readonly evolve: (document: D | undefined, event: RecordedEvent) => D | undefined;
  readonly rollups?: readonly Rollup<D>[];
  /**
   * Also kept in a search index: written before the documents, guarded by the position as external version. So a
   * document must be made of one stream, whose events come in the order of their positions.
   */
  readonly search?: {
    readonly schema: IndexSchema;
    /** Without id, tenant and version, which the runner adds; undefined = not in the index. */
    readonly toSearch: (document: D) => Omit<SearchDocument, 'id' | 'version'> | undefined;
  };
}
