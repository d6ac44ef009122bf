import type { LiveViews } from './live-views.ts';
import type { Projection } from './projection.ts';
import { type Build, buildName, firstBuild, indexName, rollupCollection } from './view-records.ts';

interface LiveView {
  readonly projection: Projection;
  build: string;
  reached: number;
}

interface Waiter {
  readonly view: string;
  readonly position: number;
  readonly arrived: () => void;
}

/** The live build of each view and how far it has come, in memory; whoever knows better tells it. */
export class LiveViewsState implements LiveViews {
  readonly #views = new Map<string, LiveView>();
  readonly #waiters = new Set<Waiter>();
  /** Called when somebody begins to wait. */
  whenAwaited: () => void = () => undefined;

  constructor(projections: readonly Projection[]) {
    for (const projection of projections)
      this.#views.set(projection.name, {
        projection,
        build: buildName(projection.name, firstBuild(projection)),
        reached: 0,
      });
  }

  collection(view: string): string {
    return this.#view(view).build;
  }

  rollup(view: string, rollup: string): string {
    const { projection, build } = this.#view(view);
    if (!projection.rollups?.some(({ collection }) => collection === rollup))
      throw new Error(`view ${view} has no rollup ${rollup}`);
    return rollupCollection(build, rollup);
  }

  index(view: string): string {
    const { projection, build } = this.#view(view);
    if (projection.search === undefined) throw new Error(`view ${view} has no search index`);
    return indexName(build);
  }

  reached(view: string): number {
    return this.#view(view).reached;
  }

  waitFor(view: string, position: number, timeoutMs: number): Promise<boolean> {
    if (this.reached(view) >= position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        view,
        position,
        arrived: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        resolve(false);
      }, timeoutMs);
      this.#waiters.add(waiter);
      this.whenAwaited();
    });
  }

  /** Whether anybody waits for the view to get further. */
  isAwaited(view: string): boolean {
    for (const waiter of this.#waiters) if (waiter.view === view) return true;
    return false;
  }

  /** Readers see this build from now on. */
  switchTo(view: string, build: Pick<Build, 'version' | 'number'>): void {
    this.#view(view).build = buildName(view, build);
  }

  /** The view has come so far. */
  advance(view: string, reached: number): void {
    const state = this.#view(view);
    if (reached === state.reached) return;
    state.reached = reached;
    for (const waiter of this.#waiters) if (waiter.view === view && waiter.position <= reached) waiter.arrived();
  }

  #view(view: string): LiveView {
    const found = this.#views.get(view);
    if (found === undefined) throw new Error(`there is no view ${view}`);
    return found;
  }
}
