import type { Documents } from '../../infra/documents/documents.ts';
import type { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';
import { buildName, VIEWS, type ViewRecord } from './view-records.ts';
import { reachedOf } from './view-status.ts';

export interface DocumentsFollower {
  /** Reads how all views stand that others run. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

interface FollowOptions {
  /** Views of which this process knows better than the documents. */
  readonly runsHere?: (view: string) => boolean;
  readonly onWarning?: (error: unknown) => void;
}

const EVERY_MS = 1_000;
/** While somebody waits for a view. */
const AWAITED_EVERY_MS = 25;

/** Keeps `state` as the documents tell, for views that other processes run: each second, oftener what somebody waits for. */
export const followDocuments = (
  state: LiveViewsState,
  documents: Documents,
  projections: readonly Projection[],
  { runsHere = () => false, onWarning = () => undefined }: FollowOptions,
): DocumentsFollower => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let resting = false;
  let refreshing: Promise<void> = Promise.resolve();
  let refreshedAll = performance.now();

  const refresh = async (wanted: (view: string) => boolean): Promise<void> => {
    for (const { name } of projections) {
      if (!wanted(name) || runsHere(name)) continue;
      const live = (await documents.get<ViewRecord>(VIEWS, name))?.live;
      if (live === undefined) continue;
      const reached = await reachedOf(documents, buildName(name, live));
      if (runsHere(name)) continue;
      state.switchTo(name, live);
      state.advance(name, reached);
    }
  };
  const isAwaited = (): boolean => projections.some(({ name }) => state.isAwaited(name) && !runsHere(name));
  const look = (): Promise<void> => {
    if (performance.now() - refreshedAll < EVERY_MS) return refresh((view) => state.isAwaited(view));
    refreshedAll = performance.now();
    return refresh(() => true);
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    resting = !isAwaited();
    timer = setTimeout(
      () => {
        resting = false;
        refreshing = look().catch(onWarning).finally(schedule);
      },
      resting ? EVERY_MS : AWAITED_EVERY_MS,
    );
  };
  schedule();
  state.whenAwaited = () => {
    if (resting) schedule();
  };

  return {
    refresh: () => refresh(() => true),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await refreshing;
    },
  };
};
