import { topicOfType } from '../../contracts/topics.ts';
import type { Write } from '../../infra/documents/documents.ts';
import type { BusBatch } from '../../infra/event-bus/event-bus.ts';
import type { Subscription } from '../../infra/event-store/event-store.ts';
import { traced } from '../../infra/telemetry/traced.ts';
import { UnhandledEventError } from './batch-fold.ts';
import { LiveView } from './live-view.ts';
import type { LiveViewsState } from './live-views-state.ts';
import { PartitionsChangedError } from './partition-checkpoint.ts';
import type { Projection } from './projection.ts';
import type { RunnerOptions } from './projection-runner.ts';
import { firstAfter, readLog } from './read-log.ts';
import {
  type BuildDependencies,
  BuildInterruptedError,
  dropBuild,
  ensureBuild,
  nameIndex,
  rebuild,
} from './rebuild.ts';
import { RetiredBuilds } from './retired-builds.ts';
import { untilDone } from './until-done.ts';
import { firstBuild, type ParkedStream, VIEWS, type ViewRecord } from './view-records.ts';

const BATCH_SIZE = 1_000;
/** A build that has more than this to catch up with gets its indexes afterwards. */
const BULK = 10_000;
const DROP_AFTER_MS = 5_000;
/** So many looks at a view that does not move although there is something for it, and it is read from the event store. */
const PATIENT_LOOKS = 4;

/** One view, while this process is the one that runs it: what follows the bus, what is being rebuilt. */
export class ViewSupervisor {
  readonly #options: RunnerOptions;
  readonly #view: LiveView;
  readonly #dependencies: BuildDependencies;
  readonly #background = new Set<Promise<void>>();
  readonly #retired: RetiredBuilds;
  #subscription: Subscription | undefined;
  #rebuilding: Promise<void> | undefined;
  /** It has caught up with the event store, so that it may follow the bus. */
  #mayFollow = false;
  #readingOn = false;
  /** Where it stood at the last looks. */
  #rest = { reached: -1, looks: 0 };
  readonly #closing = new AbortController();

  private constructor(
    projection: Projection,
    options: RunnerOptions,
    fence: () => Write,
    state: LiveViewsState,
    record: ViewRecord,
  ) {
    const { documents, search, eventStore, bus, now = Date.now } = options;
    this.#options = options;
    this.#dependencies = {
      documents,
      search,
      eventStore,
      fence,
      now: () => new Date(now()).toISOString(),
      goOn: () => !this.closed,
    };
    const partitionOf = bus.partitionOf?.bind(bus);
    this.#view = new LiveView(projection, record, state, { ...this.#dependencies, partitionOf });
    this.#retired = new RetiredBuilds(this.#view, this.#dependencies, options.dropAfterMs ?? DROP_AFTER_MS, (work) =>
      this.#inBackground(work),
    );
  }

  /** Opens the view, ready to be read, and begins to follow in the background. `fence` goes into every commit. */
  static async open(
    projection: Projection,
    options: RunnerOptions,
    fence: () => Write,
    state: LiveViewsState,
  ): Promise<ViewSupervisor> {
    const found = await options.documents.get<ViewRecord>(VIEWS, projection.name);
    const startedAt = new Date((options.now ?? Date.now)()).toISOString();
    const live = { ...firstBuild(projection), startedAt };
    const record = found ?? { view: projection.name, live, building: null, retired: [], lastBuild: live.number };
    const supervisor = new ViewSupervisor(projection, options, fence, state, record);
    const view = supervisor.#view;
    if (found === undefined) await view.change((same) => same, [fence()]);
    await view.open();
    if (options.follow === false) {
      for (const build of record.retired) await supervisor.#retired.drop(build);
    } else {
      for (const build of record.retired) supervisor.#retired.dropLater(build);
      supervisor.#inBackground(async () => {
        await supervisor.#untilDone(() => supervisor.#begin());
      });
    }
    return supervisor;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Whether a new build is being made, which it would be a pity to interrupt. */
  get rebuilding(): boolean {
    return this.#rebuilding !== undefined;
  }

  /** Ends what runs, after the batch at hand. A build goes on at the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#retired.close();
    await this.#subscription?.stop();
    await Promise.allSettled([...this.#background, this.#rebuilding]);
  }

  /** Writes positions of batches that had nothing for the view. @throws DuplicateKeyError when another projector has it. */
  save(): Promise<void> {
    return this.#view.exclusive(async () => {
      const idle = this.#view.writer?.idleCheckpoints() ?? [];
      if (idle.length > 0) await this.#options.documents.commit([...idle, this.#dependencies.fence()]);
    });
  }

  /**
   * Looks whether the view rests behind `head`. It is moved past events that are not for it: after a failure the bus need
   * not tell again how far it had come. What the bus does not bring for too long is read from the event store, so
   * that views go on while the bus is away or waits for a dead member of the group.
   */
  async look(head: number): Promise<void> {
    const view = this.#view;
    const { writer } = view;
    if (writer === undefined || !this.#mayFollow || this.closed) return;
    this.#follow();
    const { reached } = writer;
    const looks = this.#rest.reached === reached ? this.#rest.looks + 1 : 0;
    this.#rest = { reached, looks };
    if (looks === 0 || reached >= head) return;
    if ((await firstAfter(view.projection, this.#options.eventStore, reached)) === undefined)
      await view.exclusive(async () => {
        await view.writer?.reachedAll(head);
        view.publish();
      });
    else if (looks >= PATIENT_LOOKS && writer.knowsWhatItHolds && !this.#readingOn) {
      this.#readingOn = true;
      this.#inBackground(() =>
        this.#readOn().finally(() => {
          this.#readingOn = false;
        }),
      );
    }
  }

  /** @throws Error when the stream is not parked. */
  retry(stream: string): Promise<ParkedStream | undefined> {
    return this.#view.retry(stream, this.#options.eventStore);
  }

  /** @throws Error when the stream is not parked. */
  discard(stream: string): Promise<void> {
    return this.#view.discard(stream);
  }

  /** Builds the view anew, or joins the build under way. @throws UnhandledEventError, BuildInterruptedError */
  rebuild(): Promise<void> {
    this.#rebuilding ??= this.#rebuild().finally(() => {
      this.#rebuilding = undefined;
    });
    return this.#rebuilding;
  }

  /** Catches up from the event store, then follows the bus; goes on with a build, or begins one for a new version. */
  async #begin(): Promise<void> {
    const view = this.#view;
    const { live, building } = view.record;
    const interrupted = building !== null && building.error === null;
    const head = await this.#options.eventStore.headPosition();
    if (view.writer !== undefined && view.writer.furthest > head) {
      this.#warn(undefined, `${view.name} is ahead of the log, as after a restore: it is built anew`);
      view.freeze();
    }
    if (view.writer === undefined || interrupted) this.#inBackground(() => this.rebuild());
    if (view.writer === undefined) return;
    const bulk = view.writer.reached === 0 && head > BULK;
    await ensureBuild(view, live, this.#dependencies, bulk ? 'without indexes' : 'with indexes');
    await this.#nameIndex();
    if (view.writer.knowsWhatItHolds) await this.#readOn();
    if (this.closed) return;
    if (bulk) await ensureBuild(view, live, this.#dependencies, 'with indexes');
    this.#mayFollow = true;
    this.#follow();
  }

  /**
   * Brings the view up to the head of the event store. The bus may begin after what the documents hold: where a group is
   * new to it, where it forgets old events, where the documents were restored or lost their last commits.
   */
  async #readOn(): Promise<void> {
    const view = this.#view;
    const { eventStore, goOn } = this.#dependencies;
    const { writer } = view;
    if (writer === undefined) return;
    // The view may be switched to another build meanwhile; what is done to the old one then is in vain and harmless.
    const isLive = () => goOn() && view.writer === writer;
    try {
      await readLog(writer, eventStore, 'park', isLive, (work) =>
        view.exclusive(async () => {
          await work();
          view.publish();
        }),
      );
    } catch (error) {
      if (!this.#buildsAnew(error)) throw error;
    }
  }

  /** Undefined: the view was closed before. @throws what is of the kind of `final`. */
  #untilDone<T>(work: () => Promise<T>, final?: typeof UnhandledEventError): Promise<T | undefined> {
    const failed = (error: unknown): void => {
      if (final !== undefined && error instanceof final) throw error;
      if (!this.closed) this.#warn(error, 'a view could not be brought up to date, trying again');
    };
    return untilDone(work, failed, this.#closing.signal);
  }

  #follow(): void {
    const { bus, onBatch } = this.#options;
    const view = this.#view;
    const { name, version, handles } = view.projection;
    if (this.closed || this.#subscription !== undefined || view.writer === undefined) return;
    const deliver = async (batch: BusBatch): Promise<void> => {
      const began = performance.now();
      const events = await traced(`project ${name}`, batch.events, () => view.deliver(batch));
      if (events > 0) onBatch?.({ view: name, events, durationMs: performance.now() - began });
    };
    const subscription = bus.consume({
      group: `projection-${name}-v${version}`,
      topics: [...new Set(handles.map(topicOfType))],
      batchSize: BATCH_SIZE,
      startAfter: view.writer.reached,
      // Whatever it was, the batch comes again.
      onBatch: (batch) =>
        deliver(batch).catch((error: unknown) => {
          this.#buildsAnew(error);
          throw error;
        }),
    });
    this.#subscription = subscription;
    subscription.ended.catch((error: unknown) => {
      this.#warn(error, `${name} no longer follows the bus; it tries again`);
      this.#subscription = undefined;
    });
  }

  /** Where the bus has changed so that the view cannot tell what it holds of it. */
  #buildsAnew(error: unknown): boolean {
    if (!(error instanceof PartitionsChangedError)) return false;
    this.#warn(error, `${this.#view.name} cannot tell what it holds of the bus: it is built anew`);
    this.#view.freeze();
    this.#inBackground(() => this.rebuild());
    return true;
  }

  async #rebuild(): Promise<void> {
    const view = this.#view;
    const { building } = view.record;
    if (building !== null && (building.error !== null || building.version !== view.projection.version)) {
      await dropBuild(view, building, this.#dependencies);
      await view.change((record) => ({ ...record, building: null }), [this.#dependencies.fence()]);
    }
    const replaced = await this.#untilDone(() => rebuild(view, this.#dependencies), UnhandledEventError);
    if (replaced === undefined) throw new BuildInterruptedError(`the build of ${view.name} goes on elsewhere`);
    this.#options.logger?.info({ view: view.name, build: view.record.live }, 'a view was switched to its new build');
    await this.#nameIndex();
    this.#retired.dropLater(replaced);
    this.#mayFollow = this.#options.follow !== false;
    if (this.#mayFollow) this.#follow();
  }

  #nameIndex(): Promise<void> {
    return nameIndex(this.#view, this.#options.search).catch((error: unknown) =>
      this.#warn(error, 'the search index of a view has not got its name'),
    );
  }

  #inBackground(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => {
        if (!(error instanceof BuildInterruptedError)) this.#warn(error, 'a view could not be brought up to date');
      })
      .finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  #warn(error: unknown, message: string): void {
    this.#options.logger?.warn({ err: error, view: this.#view.name }, message);
  }
}
