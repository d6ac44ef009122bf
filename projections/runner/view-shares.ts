import { type Documents, DuplicateKeyError } from '../../infra/documents/documents.ts';
import type { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';
import type { RunnerOptions } from './projection-runner.ts';
import type { Projectors } from './projectors.ts';
import { ViewLeases } from './view-leases.ts';
import { ViewSupervisor } from './view-supervisor.ts';

/**
 * The views that this process runs: its share, evenly over the projectors that live. It takes views that nobody has or
 * that a dead projector had, and gives one away at a time while it has more than its share.
 */
export class ViewShares {
  readonly #options: RunnerOptions;
  readonly #documents: Documents;
  readonly #projectors: Projectors;
  readonly #leases: ViewLeases;
  readonly #owner: string;
  readonly #state: LiveViewsState;
  readonly #running = new Map<string, ViewSupervisor>();

  constructor(options: RunnerOptions, owner: string, projectors: Projectors, state: LiveViewsState) {
    this.#options = options;
    this.#documents = options.documents;
    this.#projectors = projectors;
    this.#leases = new ViewLeases(options.documents, owner);
    this.#owner = owner;
    this.#state = state;
  }

  get running(): ReadonlyMap<string, ViewSupervisor> {
    return this.#running;
  }

  /** Gives and takes as it should be now. */
  async balance(): Promise<void> {
    // In this order: who holds a view was alive before, so that one who comes just now is not taken for dead.
    const holders = await ViewLeases.holders(this.#documents);
    const alive = await this.#projectors.alive();
    for (const name of this.#running.keys()) if (holders.get(name) !== this.#owner) await this.#lose(name);
    const share = this.#share([...alive.values()].filter(({ shares }) => shares).length);
    if (this.#running.size > share) await this.#giveOne();
    for (const projection of this.#options.projections) {
      const { name } = projection;
      if (this.#running.size >= share) return;
      const holder = holders.get(name);
      if (this.#running.has(name) || (holder !== undefined && holder !== this.#owner && alive.has(holder))) continue;
      if (await this.#leases.take(name, holder)) await this.#begin(projection);
    }
  }

  /** Ends all views, saved as far as they have come, for others to take. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.#end(name)));
    // All of them: of one that could not be opened the lease is held too.
    await this.#leases.release(this.#options.projections.map(({ name }) => name));
  }

  #share(projectors: number): number {
    const { projections, follow } = this.#options;
    return follow === false ? projections.length : Math.ceil(projections.length / Math.max(1, projectors));
  }

  async #begin(projection: Projection): Promise<void> {
    const { name } = projection;
    const fence = () => this.#leases.fence(name);
    try {
      this.#running.set(name, await ViewSupervisor.open(projection, this.#options, fence, this.#state));
      this.#options.logger?.info({ view: name }, 'a view runs in this process');
    } catch (error) {
      if (!(error instanceof DuplicateKeyError)) throw error;
      this.#warn(error, name, 'another projector has taken a view before it was opened');
    }
  }

  async #giveOne(): Promise<void> {
    const views = [...this.#running].reverse();
    const [name] = views.find(([, { rebuilding }]) => !rebuilding) ?? views[0] ?? [];
    if (name === undefined) return;
    await this.#end(name);
    await this.#leases.release([name]);
    this.#options.logger?.info({ view: name }, 'a view is given to another projector');
  }

  async #end(name: string): Promise<void> {
    const supervisor = this.#running.get(name);
    await supervisor?.close();
    await supervisor?.save().catch((error: unknown) => this.#warn(error, name, 'idle positions were not saved'));
    this.#running.delete(name);
  }

  /** Another projector has it: nothing of it can be written here any more. */
  async #lose(name: string): Promise<void> {
    this.#warn(undefined, name, 'another projector has taken a view from this one');
    const lost = this.#running.get(name);
    this.#running.delete(name);
    await lost?.close();
  }

  #warn(error: unknown, view: string, message: string): void {
    this.#options.logger?.warn({ err: error, view }, message);
  }
}
