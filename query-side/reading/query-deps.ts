import type { Documents } from '../../infra/documents/documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Search } from '../../infra/search/search.ts';
import type { LiveViews } from '../../projections/runner/live-views.ts';
import type { SearchFigures } from '../catalogue/search-figures.ts';

/** What the query API reads from. */
export interface QueryDeps {
  readonly documents: Documents;
  readonly search: Search;
  readonly liveViews: LiveViews;
  readonly eventStore: EventStore;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  /** How long a read waits for the position that `X-Read-After` names, where the caller does not say. Default 2,000 ms. */
  readonly readAfterTimeoutMs?: number;
  /** Undefined: what people search is not counted, because no analyst could look at it. */
  readonly searchFigures?: Pick<SearchFigures, 'record'> | undefined;
}
