import { randomId } from '../../contracts/ids.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Search } from '../../infra/search/search.ts';
import { type DocumentsFollower, followDocuments } from './follow-documents.ts';
import type { LiveViews } from './live-views.ts';
import { LiveViewsState } from './live-views-state.ts';
import { commandObeyer } from './obey-commands.ts';
import type { Projection } from './projection.ts';
import { Projectors } from './projectors.ts';
import { ensureCommands } from './view-commands.ts';
import { ViewLeases } from './view-leases.ts';
import { type ParkedStream, recordCollections } from './view-records.ts';
import { ViewShares } from './view-shares.ts';
import { parkedStreams, type ViewStatus, viewStatuses } from './view-status.ts';
import type { ViewSupervisor } from './view-supervisor.ts';

/** The part of a pino logger that the runner uses. */
export interface RunnerLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface BatchReport {
  readonly view: string;
  /** Events that were new to the view. */
  readonly events: number;
  readonly durationMs: number;
}

export interface RunnerOptions {
  readonly projections: readonly Projection[];
  readonly documents: Documents;
  readonly search: Search;
  readonly eventStore: EventStore;
  readonly bus: EventBus;
  readonly logger?: RunnerLogger;
  /** After each batch of the bus that brought something new: for counters. */
  readonly onBatch?: (report: BatchReport) => void;
  /** False: opens the views for an operator's command, all that nobody has, but follows nothing. */
  readonly follow?: boolean;
  /** How long a replaced build stays for readers in other processes that have not heard of the switch. Default 5,000 ms. */
  readonly dropAfterMs?: number;
  /** A projector that gives no sign of life for so long loses its views to the others. The same for all. Default 3,000 ms. */
  readonly deadAfterMs?: number;
  /** Clock in milliseconds since 1970. */
  readonly now?: () => number;
}

export interface ProjectionRunner {
  /** Where readers of this process find all views, also those that other processes run. */
  readonly liveViews: LiveViews;
  /** Names of the views that run in this process; others run the rest. */
  readonly running: readonly string[];
  /** Takes this process's share of the views and begins to follow; resolves when all can be read, caught up or not. */
  start(): Promise<void>;
  /** Lets running batches end, saves how far everything is, and lets other processes take over. */
  stop(): Promise<void>;
  /** How each view stands: position, lag in events and seconds, a build beside it and why that stopped. */
  views(): Promise<readonly ViewStatus[]>;
  /** Lag of each view by its name. */
  lag(): Promise<ReadonlyMap<string, { readonly events: number; readonly seconds: number; readonly position: number }>>;
  parked(): Promise<readonly ParkedStream[]>;
  /**
   * Builds a view anew beside the live one and switches to it; resolves then. Joins a build that is under way.
   * @throws UnhandledEventError when an event stops it; NotRunningHereError; Error for an unknown view.
   */
  rebuild(view: string): Promise<void>;
  /** Handles a parked stream again; resolves with what is still parked of it. @throws NotRunningHereError; Error when it is not parked. */
  retry(view: string, stream: string): Promise<ParkedStream | undefined>;
  /** Gives up what waits of a parked stream. @throws NotRunningHereError; Error when it is not parked. */
  discard(view: string, stream: string): Promise<void>;
}

/** Another process runs the view. An operator's command reaches it by way of the documents (`sendCommand`). */
export class NotRunningHereError extends Error {
  override readonly name = 'NotRunningHereError';
}

const TICK_MS = 250;
/** Every so many ticks: resting views and operators' commands are looked for. */
const LOOK_EVERY = 2;

/**
 * Keeps the views up to date: one consumer group for a view and version, rebuilds beside the live views, dead letters.
 * One process at a time runs a view; the views are spread over the processes that live (`ViewShares`).
 */
export const createProjectionRunner = (options: RunnerOptions): ProjectionRunner => {
  const { documents, eventStore, projections, logger } = options;
  const now = options.now ?? Date.now;
  const owner = randomId();
  const state = new LiveViewsState(projections);
  const projectors = new Projectors(documents, owner, options.follow !== false, options.deadAfterMs);
  const shares = new ViewShares(options, owner, projectors, state);
  const { running } = shares;
  const warn = (error: unknown, message: string): void => logger?.warn({ err: error }, message);
  const obeyCommands = commandObeyer(documents, running, warn);
  let follower: DocumentsFollower | undefined;
  let stopped = false;
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;
  let beatTimer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> = Promise.resolve();
  let beating: Promise<void> = Promise.resolve();

  const tick = async (): Promise<void> => {
    await shares.balance();
    await Promise.all([...running.values()].map((supervisor) => supervisor.save()));
    if (ticks++ % LOOK_EVERY !== 0) return;
    const head = await eventStore.headPosition();
    for (const supervisor of running.values()) await supervisor.look(head);
    await obeyCommands();
  };

  const schedule = (): void => {
    timer = setTimeout(() => {
      ticking = tick()
        .catch((error: unknown) => warn(error, 'the projection runner could not do its housekeeping'))
        .finally(() => {
          if (!stopped) schedule();
        });
    }, TICK_MS);
  };

  /** Not with the ticks, which wait for what they do: a busy projector is not dead. */
  const beat = (): void => {
    beatTimer = setTimeout(() => {
      beating = projectors
        .beat()
        .catch((error: unknown) => warn(error, 'the other projectors could not be told that this one lives'))
        .finally(() => {
          if (!stopped) beat();
        });
    }, projectors.beatEveryMs);
  };

  const runningHere = (view: string): ViewSupervisor => {
    if (!projections.some(({ name }) => name === view)) throw new Error(`there is no view ${view}`);
    const supervisor = running.get(view);
    if (supervisor === undefined) throw new NotRunningHereError(`view ${view} runs in another process`);
    return supervisor;
  };

  return {
    liveViews: state,
    get running() {
      return [...running.keys()];
    },
    start: async () => {
      await ensureRunnerCollections(documents);
      await projectors.beat();
      beat();
      await shares.balance();
      follower = followDocuments(state, documents, projections, {
        runsHere: (view) => running.has(view),
        onWarning: (error) => warn(error, 'how far the views of others are could not be read'),
      });
      await follower.refresh();
      schedule();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await ticking;
      // Where the documents are away: the others find out that this one is gone.
      const untold = (error: unknown) => warn(error, 'the other projectors could not be told that this one ends');
      await shares.close().catch(untold);
      await follower?.stop();
      clearTimeout(beatTimer);
      await beating;
      await projectors.leave().catch(untold);
    },
    views: () => viewStatuses(projections, documents, eventStore, state, now()),
    lag: async () => {
      const statuses = await viewStatuses(projections, documents, eventStore, state, now());
      return new Map(
        statuses.map(({ view, lagEvents, lagSeconds, reached }) => [
          view,
          { events: lagEvents, seconds: lagSeconds, position: reached },
        ]),
      );
    },
    parked: () => parkedStreams(documents),
    rebuild: async (view) => runningHere(view).rebuild(),
    retry: async (view, stream) => runningHere(view).retry(stream),
    discard: async (view, stream) => runningHere(view).discard(stream),
  };
};

/** Creates the collections that runner, readers and command line share. */
export const ensureRunnerCollections = async (documents: Documents): Promise<void> => {
  for (const spec of recordCollections) await documents.ensure(spec);
  await Projectors.ensure(documents);
  await ViewLeases.ensure(documents);
  await ensureCommands(documents);
};
