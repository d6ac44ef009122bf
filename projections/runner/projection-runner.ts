import { randomId } from '../../contracts/ids.ts';
import { type Documents, DuplicateKeyError } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Search } from '../../infra/search/search.ts';
import type { LiveViews } from './live-views.ts';
import { refreshLiveViews } from './live-views-reader.ts';
import { LiveViewsState } from './live-views-state.ts';
import type { Projection } from './projection.ts';
import { RunnerLease } from './runner-lease.ts';
import { ensureCommands, pendingCommands, settleCommand, type ViewCommand } from './view-commands.ts';
import { type ParkedStream, recordCollections } from './view-records.ts';
import { parkedStreams, type ViewStatus, viewStatuses } from './view-status.ts';
import { ViewSupervisor } from './view-supervisor.ts';

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
  /** False: opens the views for an operator's command, but follows nothing. */
  readonly follow?: boolean;
  /** How long a replaced build stays for readers in other processes that have not heard of the switch. Default 5,000 ms. */
  readonly dropAfterMs?: number;
  /** Clock in milliseconds since 1970. */
  readonly now?: () => number;
}

export interface ProjectionRunner {
  /** Where readers of this process find the views. */
  readonly liveViews: LiveViews;
  /** Whether the projections run in this process; otherwise another one runs them and this one stands by. */
  readonly leading: boolean;
  /** Opens the views and begins to follow; resolves when they can be read, caught up or not. */
  start(): Promise<void>;
  /** Lets running batches end, saves how far everything is, and lets another process take over. */
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

/** Another process runs the projections. An operator's command reaches it by way of the documents (`sendCommand`). */
export class NotRunningHereError extends Error {
  override readonly name = 'NotRunningHereError';
}

const TICK_MS = 250;
/** Every so many ticks: the lease is renewed, and operators' commands are looked for. */
const COMMANDS_EVERY = 2;

/**
 * Keeps all views up to date: one consumer group for a view and version, rebuilds beside the live views, dead letters.
 * One process at a time runs it; others stand by and take over when its lease has run out.
 */
export const createProjectionRunner = (options: RunnerOptions): ProjectionRunner => {
  const { documents, eventStore, projections, logger } = options;
  const now = options.now ?? Date.now;
  const state = new LiveViewsState(projections);
  const lease = new RunnerLease(documents, randomId(), now);
  const obeying = new Set<string>();
  let supervisor: ViewSupervisor | undefined;
  let stopped = false;
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> = Promise.resolve();

  const tick = async (): Promise<void> => {
    if (supervisor === undefined) {
      if (await lease.acquire()) {
        supervisor = await ViewSupervisor.open(options, lease, state, now);
        logger?.info({ views: projections.length }, 'the projections run in this process');
      } else await refreshLiveViews(state, documents, projections);
      return;
    }
    const due = ticks++ % COMMANDS_EVERY === 0;
    await supervisor.save(due);
    if (!due) return;
    await supervisor.passOver();
    for (const command of await pendingCommands(documents)) obey(supervisor, command);
  };

  /** Does what an operator asked in another process. */
  const obey = (leading: ViewSupervisor, command: ViewCommand): void => {
    if (obeying.has(command.id)) return;
    obeying.add(command.id);
    perform(leading, command)
      .then(
        (outcome) => settleCommand(documents, command, 'done', outcome),
        (error: unknown) =>
          leading.closed ? undefined : settleCommand(documents, command, 'failed', messageOf(error)),
      )
      .catch((error: unknown) => logger?.warn({ err: error, command }, 'an answer to an operator was lost'))
      .finally(() => obeying.delete(command.id));
  };

  const failed = async (error: unknown): Promise<void> => {
    logger?.warn({ err: error }, 'the projection runner could not do its housekeeping');
    if (!(error instanceof DuplicateKeyError)) return;
    const lost = supervisor;
    supervisor = undefined;
    await lost?.close();
  };

  const schedule = (): void => {
    timer = setTimeout(() => {
      ticking = tick()
        .catch(failed)
        .catch((error: unknown) => logger?.warn({ err: error }, 'a consumer could not be stopped'))
        .finally(() => {
          if (!stopped) schedule();
        });
    }, TICK_MS);
  };

  const leader = (view: string): ViewSupervisor => {
    if (!projections.some(({ name }) => name === view)) throw new Error(`there is no view ${view}`);
    if (supervisor === undefined) throw new NotRunningHereError('the projections run in another process');
    return supervisor;
  };

  return {
    liveViews: state,
    get leading() {
      return supervisor !== undefined;
    },
    start: async () => {
      await ensureRunnerCollections(documents);
      await tick();
      schedule();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await ticking;
      const leading = supervisor;
      if (leading === undefined) return;
      await leading.close();
      await leading
        .save(false)
        .catch((error: unknown) => logger?.warn({ err: error }, 'idle positions were not saved'));
      supervisor = undefined;
      await lease.release();
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
    rebuild: async (view) => leader(view).rebuild(view),
    retry: async (view, stream) => leader(view).view(view).retry(stream, eventStore),
    discard: async (view, stream) => leader(view).view(view).discard(stream),
  };
};

/** Creates the collections that runner, readers and command line share. */
export const ensureRunnerCollections = async (documents: Documents): Promise<void> => {
  for (const spec of recordCollections) await documents.ensure(spec);
  await RunnerLease.ensure(documents);
  await ensureCommands(documents);
};

/** Carries a command out; resolves with what came of it, in words. */
const perform = async (leading: ViewSupervisor, { command, view, stream }: ViewCommand): Promise<string> => {
  if (command === 'rebuild') {
    await leading.rebuild(view);
    return `${view} is rebuilt`;
  }
  if (stream === null) throw new Error(`${command} needs a stream`);
  if (command === 'discard') {
    await leading.view(view).discard(stream);
    return `${stream} is discarded`;
  }
  const still = await leading.retry(view, stream);
  if (still !== undefined) throw new Error(`${stream} is still parked: ${still.error}`);
  return `${stream} goes on`;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
