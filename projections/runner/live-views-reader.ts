import type { Documents } from '../../infra/documents/documents.ts';
import type { LiveViews } from './live-views.ts';
import { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';
import { buildName, VIEWS, type ViewRecord } from './view-records.ts';
import { reachedOf } from './view-status.ts';

export interface LiveViewsReader extends LiveViews {
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;
/** While somebody waits for a view. */
const AWAITED_EVERY_MS = 25;

/** The live views as seen by a process that only queries: from the documents, each second, oftener while somebody waits. */
export const createLiveViewsReader = async (
  documents: Documents,
  projections: readonly Projection[],
  onWarning: (error: unknown) => void = () => undefined,
): Promise<LiveViewsReader> => {
  const state = new LiveViewsState(projections);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> = Promise.resolve();
  await refreshLiveViews(state, documents, projections);

  const schedule = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(
      () => {
        refreshing = refreshLiveViews(state, documents, projections).catch(onWarning).finally(schedule);
      },
      state.awaited ? AWAITED_EVERY_MS : EVERY_MS,
    );
  };
  schedule();

  return {
    collection: (view) => state.collection(view),
    rollup: (view, rollup) => state.rollup(view, rollup),
    index: (view) => state.index(view),
    reached: (view) => state.reached(view),
    waitFor: async (view, position, timeoutMs) => {
      const arrived = state.waitFor(view, position, timeoutMs);
      if (state.awaited) schedule();
      return arrived;
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await refreshing;
    },
  };
};

/** Tells `state` what the documents say of each view. */
export const refreshLiveViews = async (
  state: LiveViewsState,
  documents: Documents,
  projections: readonly Projection[],
): Promise<void> => {
  for (const { name } of projections) {
    const live = (await documents.get<ViewRecord>(VIEWS, name))?.live;
    if (live === undefined) continue;
    const reached = await reachedOf(documents, buildName(name, live));
    state.switchTo(name, live);
    state.advance(name, reached);
  }
};
