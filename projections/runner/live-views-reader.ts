import type { Documents } from '../../infra/documents/documents.ts';
import { followDocuments } from './follow-documents.ts';
import type { LiveViews } from './live-views.ts';
import { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';

export interface LiveViewsReader extends LiveViews {
  stop(): Promise<void>;
}

/** The live views as seen by a process that only queries: from the documents, each second, oftener while somebody waits. */
export const createLiveViewsReader = async (
  documents: Documents,
  projections: readonly Projection[],
  onWarning: (error: unknown) => void = () => undefined,
): Promise<LiveViewsReader> => {
  const state = new LiveViewsState(projections);
  const follower = followDocuments(state, documents, projections, { onWarning });
  await follower.refresh();
  return {
    collection: (view) => state.collection(view),
    rollup: (view, rollup) => state.rollup(view, rollup),
    index: (view) => state.index(view),
    reached: (view) => state.reached(view),
    waitFor: (view, position, timeoutMs) => state.waitFor(view, position, timeoutMs),
    stop: () => follower.stop(),
  };
};
