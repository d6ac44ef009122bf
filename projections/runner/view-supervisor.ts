import { topicOf } from '../../contracts/topics.ts';
import type { Write } from '../../infra/documents/documents.ts';
import type { BusBatch } from '../../infra/event-bus/event-bus.ts';
import type { Subscription } from '../../infra/event-store/event-store.ts';
import { traced } from '../../infra/telemetry/traced.ts';
import { LiveView } from './live-view.ts';
import type { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';
import type { RunnerOptions } from './projection-runner.ts';
import { firstAfter, readLog } from './read-log.ts';
import { type BuildDependencies, BuildInterruptedError, dropBuild, ensureBuild, rebuild } from './rebuild.ts';
import type { RunnerLease } from './runner-lease.ts';
import { type Build, firstBuild, type ParkedStream, VIEWS, type ViewRecord } from './view-records.ts';

const BATCH_SIZE = 1_000;
/** A build that has more than this to catch up with gets its indexes afterwards. */
const BULK = 10_000;
const DROP_AFTER_MS = 5_000;
const LONGEST_PAUSE_MS = 5_000;

/** All views, while this process is the one that runs the projections: what follows the bus, what is being rebuilt. */
export class ViewSupervisor {
  readonly #options: RunnerOptions;
  readonly #lease: RunnerLease;
  readonly #state: LiveViewsState;
  readonly #dependencies: BuildDependencies;
  readonly #views = new Map<string, LiveView>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #rebuilds = new Map<string, Promise<void>>();
  readonly #background = new Set<Promise<void>>();
  readonly #drops = new Set<NodeJS.Timeout>();
  /** Positions at the last look, to tell the views at which nothing arrives. */
  readonly #lastReached = new Map<string, number>();
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(options: RunnerOptions, lease: RunnerLease, state: LiveViewsState, now: () => number) {
    this.#options = options;
    this.#lease = lease;
    this.#state = state;
    const { documents, search, eventStore } = options;
    this.#dependencies = {
      documents,
      search,
      eventStore,
      fence: () => lease.renewal(),
      now: () => new Date(now()).toISOString(),
      goOn: () => !this.#closed,
    };
  }

  /** Opens every view, ready to be read, and begins to follow in the background. */
  static async open(
    options: RunnerOptions,
    lease: RunnerLease,
    state: LiveViewsState,
    now: () => number,
  ): Promise<ViewSupervisor> {
    const supervisor = new ViewSupervisor(options, lease, state, now);
    for (const projection of options.projections) await supervisor.#open(projection);
    if (options.follow !== false)
      for (const view of supervisor.#views.values()) supervisor.#inBackground(() => supervisor.#begin(view));
    return supervisor;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws Error for an unknown view. */
  view(name: string): LiveView {
    const view = this.#views.get(name);
    if (view === undefined) throw new Error(`there is no view ${name}`);
    return view;
  }

  /** Ends what runs, after the batch at hand. A build goes on at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    for (const timer of this.#drops) clearTimeout(timer);
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.stop()));
    await Promise.allSettled([...this.#background, ...this.#rebuilds.values()]);
  }

  /** Writes positions of views that had nothing to do, and renews the lease. @throws DuplicateKeyError when it is lost. */
  async save(always: boolean): Promise<void> {
    const idle: Write[] = [...this.#views.values()].flatMap(({ writer }) => writer?.idleCheckpoints() ?? []);
    if (idle.length === 0 && !always) return;
    await this.#options.documents.commit([...idle, this.#lease.renewal()]);
  }

  /**
   * Moves views at which nothing arrives past events that are not for them: after a failure the bus need not
   * tell again how far it had come.
   */
  async passOver(): Promise<void> {
    const head = await this.#options.eventStore.headPosition();
    for (const view of this.#views.values()) {
      const reached = this.#state.reached(view.name);
      const resting = this.#lastReached.get(view.name) === reached;
      this.#lastReached.set(view.name, reached);
      if (!resting || reached >= head || !this.#subscriptions.has(view.name)) continue;
      if ((await firstAfter(view.projection, this.#options.eventStore, reached)) !== undefined) continue;
      await view.exclusive(async () => {
        await view.writer?.reachedAll(head);
        view.publish();
      });
    }
  }

  retry(name: string, stream: string): Promise<ParkedStream | undefined> {
    return this.view(name).retry(stream, this.#options.eventStore);
  }

  async rebuild(name: string): Promise<void> {
    const view = this.view(name);
    let running = this.#rebuilds.get(name);
    if (running === undefined) {
      running = this.#rebuild(view).finally(() => this.#rebuilds.delete(name));
      this.#rebuilds.set(name, running);
    }
    return running;
  }

  async #open(projection: Projection): Promise<void> {
    const { documents, fence, now } = this.#dependencies;
    const found = await documents.get<ViewRecord>(VIEWS, projection.name);
    const live = { ...firstBuild(projection), startedAt: now() };
    const record = found ?? { view: projection.name, live, building: null, retired: [], lastBuild: live.number };
    const view = new LiveView(projection, record, this.#state, { ...this.#dependencies });
    if (found === undefined) await view.change((same) => same, [fence()]);
    for (const retired of record.retired) await this.#drop(view, retired);
    await view.open();
    this.#views.set(projection.name, view);
  }

  /** Catches up from the event store, then follows the bus; goes on with a build, or begins one for a new version. */
  async #begin(view: LiveView): Promise<void> {
    const { live, building } = view.record;
    const interrupted = building !== null && building.error === null;
    const head = await this.#options.eventStore.headPosition();
    if (view.writer !== undefined && view.writer.reached > head) {
      this.#options.logger?.warn(
        { view: view.name, head },
        'a view is ahead of the log, as after a restore: it is built anew',
      );
      view.freeze();
    }
    if (view.writer === undefined || interrupted) this.#inBackground(() => this.rebuild(view.name));
    if (view.writer === undefined) return;
    const bulk = view.writer.reached === 0 && head > BULK;
    await ensureBuild(view, live, this.#dependencies, bulk ? 'without indexes' : 'with indexes');
    await this.#catchUp(view);
    if (this.#closed) return;
    if (bulk) await ensureBuild(view, live, this.#dependencies, 'with indexes');
    this.#follow(view);
  }

  /**
   * The bus may begin after what the documents hold: where a group is new to it, where it forgets old events, where a power
   * cut took the last commits of the documents. With several partitions the store cannot tell what is missing, and
   * the documents of such an installation survive by replication.
   */
  async #catchUp(view: LiveView): Promise<void> {
    const { eventStore, goOn } = this.#dependencies;
    for (let pause = 100; goOn(); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const { writer } = view;
      if (writer === undefined || writer.partitions.length > 1) return;
      try {
        await readLog(writer, eventStore, 'park', goOn, (work) =>
          view.exclusive(async () => {
            await work();
            view.publish();
          }),
        );
        return;
      } catch (error) {
        this.#warn(error, `${view.name} could not catch up, trying again`);
        await this.#pause(pause);
      }
    }
  }

  #follow(view: LiveView): void {
    const { bus, onBatch } = this.#options;
    const { name, version, handles } = view.projection;
    if (this.#closed || this.#subscriptions.has(name) || view.writer === undefined) return;
    const deliver = async (batch: BusBatch): Promise<void> => {
      const began = performance.now();
      const events = await traced(`project ${name}`, batch.events, () => view.deliver(batch));
      if (events > 0) onBatch?.({ view: name, events, durationMs: performance.now() - began });
    };
    const subscription = bus.consume({
      group: `projection-${name}-v${version}`,
      // A type begins with the context of its stream: `booking.placed.v1` is of `booking-7f…`.
      topics: [...new Set(handles.map((type) => topicOf(type.replace('.', '-'))))],
      batchSize: BATCH_SIZE,
      startAfter: view.writer.reached,
      onBatch: deliver,
    });
    subscription.ended.catch((error: unknown) => this.#warn(error, `${name} no longer follows the bus`));
    this.#subscriptions.set(name, subscription);
  }

  async #rebuild(view: LiveView): Promise<void> {
    const { building } = view.record;
    if (building !== null && (building.error !== null || building.version !== view.projection.version)) {
      await dropBuild(view, building, this.#dependencies);
      await view.change((record) => ({ ...record, building: null }), [this.#dependencies.fence()]);
    }
    const replaced = await rebuild(view, this.#dependencies);
    this.#options.logger?.info({ view: view.name, build: view.record.live }, 'a view was switched to its new build');
    const timer = setTimeout(() => {
      this.#drops.delete(timer);
      this.#inBackground(() => this.#drop(view, replaced));
    }, this.#options.dropAfterMs ?? DROP_AFTER_MS);
    this.#drops.add(timer);
    if (this.#options.follow !== false) this.#follow(view);
  }

  async #drop(view: LiveView, build: Build): Promise<void> {
    const { fence } = this.#dependencies;
    await dropBuild(view, build, this.#dependencies);
    const left = (record: ViewRecord) => record.retired.filter(({ number }) => number !== build.number);
    await view.change((record) => ({ ...record, retired: left(record) }), [fence()]);
  }

  #inBackground(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => {
        if (!(error instanceof BuildInterruptedError)) this.#warn(error, 'a view could not be brought up to date');
      })
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const before = this.#wake;
      this.#wake = () => {
        before();
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #warn(error: unknown, message: string): void {
    this.#options.logger?.warn({ err: error }, message);
  }
}
