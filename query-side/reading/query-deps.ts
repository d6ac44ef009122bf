import type { Documents } from '../../infra/documents/documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Search } from '../../infra/search/search.ts';
import type { LiveViews } from '../../projections/runner/live-views.ts';

/** What the query API reads from. */
export interface QueryDeps {
  readonly documents: Documents;
  readonly search: Search;
  readonly liveViews: LiveViews;
  readonly eventStore: EventStore;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  /** How the projections stand, where this process can tell; otherwise only how far each view has come is shown. */
  readonly runnerStatus?: RunnerStatus;
  /** How long a read waits for the position that `X-Read-After` names, where the caller does not say. Default 2,000 ms. */
  readonly readAfterTimeoutMs?: number;
}

export interface ViewStatus {
  readonly view: string;
  readonly version: number;
  /** Position of the log that it has reached. */
  readonly reached: number;
  readonly lagEvents: number;
  readonly lagSeconds: number;
  /** Version being built beside the live one; null: none. */
  readonly rebuilding: number | null;
}

export interface ParkedStream {
  readonly view: string;
  readonly stream: string;
  /** Position of the event that could not be handled. */
  readonly position: number;
  readonly error: string;
  readonly parkedAt: string;
}

/** What an operator asks of the projection runner. */
export interface RunnerStatus {
  views(): Promise<readonly ViewStatus[]>;
  parked(): Promise<readonly ParkedStream[]>;
}
