import type { Documents } from '../../infra/documents/documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Jobs } from '../../infra/jobs/jobs.ts';
import type { Search } from '../../infra/search/search.ts';
import type { ModelFiles } from '../../ml/registry/model-files.ts';
import type { ModelClient } from '../../ml/serving/model-client.ts';
import type { TextEncoder } from '../../ml/text/text-encoder.ts';
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
  /** Undefined: there is no pool of models here, and no route that asks one. */
  readonly models?: ModelClient | undefined;
  /** Undefined: no route tells how far a training is. */
  readonly jobs?: Pick<Jobs, 'find'> | undefined;
  /** Undefined: the models' files are not at hand, and there is no route that shows models. */
  readonly modelFiles?: ModelFiles | undefined;
  /** Undefined: products are searched by words alone. */
  readonly textEncoder?: TextEncoder | undefined;
  /** Undefined: what people search is not counted, because no analyst could look at it. */
  readonly searchFigures?: Pick<SearchFigures, 'record'> | undefined;
}
