import type { LiveView } from './live-view.ts';
import { type BuildDependencies, dropBuild } from './rebuild.ts';
import type { Build, ViewRecord } from './view-records.ts';

/** Builds of a view that were replaced, and stay for a while for readers in other processes that have not heard of it. */
export class RetiredBuilds {
  readonly #view: LiveView;
  readonly #dependencies: BuildDependencies;
  readonly #dropAfterMs: number;
  readonly #inBackground: (work: () => Promise<void>) => void;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    view: LiveView,
    dependencies: BuildDependencies,
    dropAfterMs: number,
    inBackground: (work: () => Promise<void>) => void,
  ) {
    this.#view = view;
    this.#dependencies = dependencies;
    this.#dropAfterMs = dropAfterMs;
    this.#inBackground = inBackground;
  }

  dropLater(build: Build): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#inBackground(() => this.drop(build));
    }, this.#dropAfterMs);
    this.#timers.add(timer);
  }

  async drop(build: Build): Promise<void> {
    await dropBuild(this.#view, build, this.#dependencies);
    const left = (record: ViewRecord) => record.retired.filter(({ number }) => number !== build.number);
    await this.#view.change((record) => ({ ...record, retired: left(record) }), [this.#dependencies.fence()]);
  }

  /** Drops no more; whoever opens the view next does. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
