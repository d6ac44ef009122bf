import type { Decider, Rejection } from '../../contracts/decider.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';

/** Who sends a command, and by which id. */
export interface CommandMeta {
  /** Same id + same stream = the same command again: it is answered as the first time. */
  readonly commandId: string;
  readonly commandHash?: string;
  readonly tenant: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly traceparent?: string;
  /** When it happened. Default: the clock. Import of history sets it. */
  readonly now?: string;
}

export interface Handled<R> {
  /** What `answer` made of the state right after the command, also when the command came a second time. */
  readonly answer: R;
  readonly events: readonly EventEnvelope[];
  /** The stream's last revision. */
  readonly revision: number;
  /** Position of the last event: the consistency token. 0 when the command wrote nothing and nothing was there. */
  readonly position: number;
  /** True when this command had been handled before. */
  readonly replayed: boolean;
}

/** Runs commands against streams: load (cache, snapshot, events), decide, append with the expected revision, retry on conflict. */
export interface CommandHandling {
  /**
   * @param answer picks the result from the state; called in the same tick as the decision, so it must copy what it keeps.
   * @throws EventStoreUnavailableError; a queue that is full raises OverloadedError.
   */
  handle<S, C, E extends { readonly type: string; readonly data: unknown }, R>(
    decider: Decider<S, C, E>,
    id: string,
    command: C,
    meta: CommandMeta,
    answer: (state: S) => R,
  ): Promise<Handled<R> | Rejection>;
  /**
   * What `pick` makes of the present state of a stream; the initial state where there is none.
   * @param fresh true: also what another process wrote a moment ago is seen. Otherwise that may be missed for a second.
   */
  read<S, C, E extends { readonly type: string; readonly data: unknown }, R>(
    decider: Decider<S, C, E>,
    id: string,
    pick: (state: S) => R,
    fresh?: boolean,
  ): Promise<R>;
}
