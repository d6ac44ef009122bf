import type { Documents } from '../../infra/documents/documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Readiness } from '../../infra/http/operations-routes.ts';
import { allProjections } from '../../projections/all-projections.ts';
import type { LiveViews } from '../../projections/runner/live-views.ts';
import { viewStatuses } from '../../projections/runner/view-status.ts';

export interface ReadinessDeps {
  readonly documents: Documents;
  readonly eventStore: EventStore;
  readonly liveViews: LiveViews;
  readonly clock: () => string;
  /** False until the process has started all its roles, and again when it begins to stop. */
  readonly isUp: () => boolean;
}

/** Whether the process can serve: its stores answer. The lag of each view is told, in events and in seconds, and does not make it unready: old answers beat none. */
export const readiness = (deps: ReadinessDeps) => async (): Promise<Readiness> => {
  const { documents, eventStore, liveViews, clock, isUp } = deps;
  if (!isUp()) return { ready: false, status: 'starting or stopping' };
  try {
    const [headPosition, statuses] = await Promise.all([
      eventStore.headPosition(),
      viewStatuses(allProjections, documents, eventStore, liveViews, Date.parse(clock())),
    ]);
    const views = statuses.map(({ view, version, reached, lagEvents, lagSeconds }) => ({
      view,
      version,
      reached,
      lagEvents,
      lagSeconds,
    }));
    return { ready: true, status: 'ready', headPosition, views };
  } catch {
    return { ready: false, status: 'a store does not answer' };
  }
};
