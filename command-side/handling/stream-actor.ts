import { type Decider, isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { deterministicId } from '../../contracts/ids.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { OverloadedError } from '../../infra/overloaded-error.ts';
import { traced } from '../../infra/telemetry/traced.ts';
import type { CommandMeta, Handled } from './handle.ts';
import type { Snapshots } from './snapshots.ts';
import { type AnyEvent, emptyStream, fold, type HandledCommand, remember, type StreamState } from './stream-state.ts';

/** Commands decided together in memory and appended in one write. */
const GROUP = 256;
const QUEUE_LIMIT = 10_000;
const MAX_CONFLICTS = 8;
const SNAPSHOT_EVERY = 1_000;
/** Another process may have written: a read must not rest on a state checked longer ago than this. A refusal never rests on one. */
const FRESH_MS = 1_000;

export interface ActorDependencies {
  readonly eventStore: EventStore;
  readonly snapshots: Snapshots | undefined;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  /** Told of what should not stop a command: a snapshot that could not be written. */
  readonly onWarning: (message: string, error: unknown) => void;
}

interface Waiting<S, C> {
  /** Absent: a read, which waits its turn like a command so that it never sees half a fold. */
  readonly sent: { readonly command: C; readonly meta: CommandMeta } | undefined;
  /** The answer must not rest on a state that another process has left behind. */
  readonly fresh: boolean;
  readonly answer: (state: S) => unknown;
  readonly resolve: (result: Handled<unknown> | Rejection) => void;
  readonly fail: (error: unknown) => void;
}

/** A command's outcome before it is known whether the group's append went through. */
type Outcome =
  | { readonly rejection: Rejection }
  | { readonly replayOf: HandledCommand }
  | { readonly answer: unknown; readonly events: readonly EventEnvelope[]; readonly entry: HandledCommand | undefined };

/**
 * One stream's commands, one behind the other: those that wait while an append is under way are decided together on
 * the state that the append will leave, and go into the next append. So a hot departure costs one write a group.
 */
export class StreamActor<S, C, E extends AnyEvent> {
  readonly #decider: Decider<S, C, E>;
  readonly #name: string;
  readonly #deps: ActorDependencies;
  #stream: StreamState<S> | undefined;
  #checkedAt = 0;
  #snapshotRevision = -1;
  readonly #queue: Waiting<S, C>[] = [];
  #running: Promise<void> | undefined;

  readonly #onIdle: () => void;

  /**
   * @param name of the stream, `<context>-<id>`.
   * @param onIdle called when nothing waits or runs any more: the actor may be forgotten then.
   */
  constructor(decider: Decider<S, C, E>, name: string, deps: ActorDependencies, onIdle: () => void) {
    this.#decider = decider;
    this.#name = name;
    this.#deps = deps;
    this.#onIdle = onIdle;
  }

  handle<R>(command: C, meta: CommandMeta, answer: (state: S) => R): Promise<Handled<R> | Rejection> {
    return this.#enqueue({ command, meta }, false, answer);
  }

  async read<R>(pick: (state: S) => R, fresh: boolean): Promise<R> {
    const known = this.#running === undefined && !fresh && this.#isFresh() ? this.#stream : undefined;
    if (known !== undefined) return pick(known.state);
    const handled = await this.#enqueue(undefined, fresh, pick);
    if (isRejection(handled)) throw new OverloadedError(`${this.#name} keeps changing`);
    return handled.answer;
  }

  #enqueue<R>(sent: Waiting<S, C>['sent'], fresh: boolean, answer: (state: S) => R): Promise<Handled<R> | Rejection> {
    if (this.#queue.length >= QUEUE_LIMIT) {
      return Promise.reject(new OverloadedError(`too many commands wait for ${this.#name}`));
    }
    return new Promise((resolve, fail) => {
      this.#queue.push({ sent, fresh, answer, resolve: resolve as Waiting<S, C>['resolve'], fail });
      this.#running ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#handleGroup(this.#queue.splice(0, GROUP));
    } finally {
      this.#running = undefined;
      this.#onIdle();
    }
  }

  async #handleGroup(group: readonly Waiting<S, C>[]): Promise<void> {
    try {
      for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
        if (await this.#tryGroup(group)) return;
      }
      const rejection = reject('CONFLICT', 'others kept changing the same thing; nothing was written');
      for (const waiting of group) waiting.resolve(rejection);
    } catch (error) {
      // The state may be ahead of the log; the next command reads it anew.
      this.#stream = undefined;
      for (const waiting of group) waiting.fail(error);
    }
  }

  /** Decides and appends a group; false when another writer came first and all must be decided again. */
  async #tryGroup(group: readonly Waiting<S, C>[]): Promise<boolean> {
    const known = this.#stream;
    const stream = known ?? (await this.#load());
    const expected = stream.revision;
    const events: EventEnvelope[] = [];
    const outcomes = group.map((waiting) => this.#decide(stream, waiting, events));

    if (events.length === 0) {
      // The client may have been told by another process of what makes the command possible, or needless.
      // What was read just now, after the group had gathered, is as new as can be.
      const mustCheck =
        known !== undefined && (!this.#isFresh() || group.some(({ sent, fresh }) => sent !== undefined || fresh));
      if (mustCheck && (await this.#catchUp(stream)) > 0) return false;
    } else {
      const result = await traced(`append ${this.#decider.context}`, events, () =>
        this.#deps.eventStore.append(this.#name, expected < 0 ? 'no-stream' : expected, events),
      );
      if (!result.appended || result.alreadyThere) {
        this.#stream = undefined;
        return false;
      }
      stream.position = result.position;
      this.#checkedAt = Date.now();
    }
    await this.#settle(stream, group, outcomes, expected);
    await this.#saveSnapshot(stream);
    return true;
  }

  #decide(stream: StreamState<S>, { sent, answer }: Waiting<S, C>, events: EventEnvelope[]): Outcome {
    if (sent === undefined) return { answer: answer(stream.state), events: [], entry: undefined };
    const { command, meta } = sent;
    const before = stream.commands.get(meta.commandId);
    if (before !== undefined) {
      return before.hash === meta.commandHash
        ? { replayOf: before }
        : { rejection: reject('IDEMPOTENCY_KEY_REUSED', 'the same key came before with another body') };
    }
    const now = meta.now ?? this.#deps.clock();
    const newId = (name: string) => deterministicId(meta.commandId, name);
    const decided = this.#decider.decide(command, stream.state, { now, newId });
    if (isRejection(decided)) return { rejection: decided };
    const own = decided.map((event, index) => envelope(this.#name, event, index, meta, now));
    for (const event of decided)
      stream.state = this.#decider.evolve(stream.state, { ...event, time: now, tenant: meta.tenant });
    let entry: HandledCommand | undefined;
    if (own.length > 0) {
      stream.revision += own.length;
      events.push(...own);
      entry = { hash: meta.commandHash, revision: stream.revision, position: -1 };
      remember(stream.commands, meta.commandId, entry);
    }
    return { answer: answer(stream.state), events: own, entry };
  }

  async #settle(
    stream: StreamState<S>,
    group: readonly Waiting<S, C>[],
    outcomes: readonly Outcome[],
    expected: number,
  ): Promise<void> {
    let revision = expected;
    for (const [index, waiting] of group.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if ('rejection' in outcome) waiting.resolve(outcome.rejection);
      else if ('replayOf' in outcome) waiting.resolve(await this.#replay(waiting, outcome.replayOf, stream));
      else {
        revision += outcome.events.length;
        const { position } = stream;
        if (outcome.entry !== undefined) outcome.entry.position = position;
        waiting.resolve({ answer: outcome.answer, events: outcome.events, revision, position, replayed: false });
      }
    }
  }

  /** The first answer again: made from the state as the command left it. */
  async #replay(waiting: Waiting<S, C>, before: HandledCommand, now: StreamState<S>): Promise<Handled<unknown>> {
    const then = emptyStream(this.#decider);
    for await (const batch of this.#deps.eventStore.readStream(this.#name, { limit: before.revision + 1 })) {
      fold(this.#decider, then, batch);
    }
    return {
      answer: waiting.answer(then.state),
      events: [],
      revision: before.revision,
      position: before.position < 0 ? now.position : before.position,
      replayed: true,
    };
  }

  /** From the events where they are few, else from the snapshot on: short streams are spared the search for one. */
  async #load(): Promise<StreamState<S>> {
    let stream = emptyStream(this.#decider);
    await this.#catchUp(stream, SNAPSHOT_EVERY);
    if (stream.revision + 1 === SNAPSHOT_EVERY) {
      stream = (await this.#deps.snapshots?.load(this.#decider, this.#name)) ?? stream;
      this.#snapshotRevision = stream.revision;
      await this.#catchUp(stream);
    }
    this.#stream = stream;
    return stream;
  }

  /** Folds what was written after the state, at most `limit` events. Returns how many that were. */
  async #catchUp(stream: StreamState<S>, limit?: number): Promise<number> {
    const before = stream.revision;
    const range = { from: before + 1, ...(limit === undefined ? {} : { limit }) };
    for await (const batch of this.#deps.eventStore.readStream(this.#name, range)) {
      fold(this.#decider, stream, batch);
    }
    this.#checkedAt = Date.now();
    return stream.revision - before;
  }

  #isFresh(): boolean {
    return Date.now() - this.#checkedAt < FRESH_MS;
  }

  async #saveSnapshot(stream: StreamState<S>): Promise<void> {
    const { snapshots, onWarning } = this.#deps;
    if (snapshots === undefined || stream.revision - this.#snapshotRevision < SNAPSHOT_EVERY) return;
    this.#snapshotRevision = stream.revision;
    try {
      await snapshots.save(this.#decider, this.#name, stream);
    } catch (error) {
      onWarning(`snapshot of ${this.#name} was not written`, error);
    }
  }
}

const envelope = (stream: string, event: AnyEvent, index: number, meta: CommandMeta, now: string): EventEnvelope => ({
  // With the stream, because a client may send one Idempotency-Key to several.
  id: deterministicId(meta.commandId, stream, index),
  type: event.type,
  time: now,
  tenant: meta.tenant,
  actor: meta.actor,
  correlationId: meta.correlationId,
  causationId: meta.commandId,
  ...(meta.commandHash === undefined ? {} : { commandHash: meta.commandHash }),
  ...(meta.traceparent === undefined ? {} : { traceparent: meta.traceparent }),
  data: event.data,
});
