import type { Decider } from '../../contracts/decider.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcast } from '../../contracts/events/registry.ts';

/** The events a decider folds: `{ type, data }`. */
export interface AnyEvent {
  readonly type: string;
  readonly data: unknown;
}

/** What is kept of a command that a stream has handled, to answer its retry. */
export interface HandledCommand {
  readonly hash: string | undefined;
  /** Revision of its last event. */
  readonly revision: number;
  /** Of its last event; -1 until the append is acknowledged. */
  position: number;
}

/** Retries come soon; the last commands of a stream, this many or up to twice as many, are enough and bound the memory of a hot one. */
const REMEMBERED_COMMANDS = 1_000;

/** A stream folded in memory: the decider's state, how far it has come, and the commands behind it. */
export interface StreamState<S> {
  state: S;
  /** Last revision folded; -1 before any. */
  revision: number;
  /** Position of the last event folded; 0 before any. */
  position: number;
  readonly commands: Map<string, HandledCommand>;
}

export const emptyStream = <S, C, E extends AnyEvent>(decider: Decider<S, C, E>): StreamState<S> => ({
  state: decider.initial(),
  revision: -1,
  position: 0,
  commands: new Map(),
});

/**
 * Remembers a command at the place it has reached. The oldest are forgotten many at once: taking the first key of a Map
 * again and again walks over all that were deleted before it.
 */
export const remember = (commands: Map<string, HandledCommand>, commandId: string, entry: HandledCommand): void => {
  commands.set(commandId, entry);
  if (commands.size < 2 * REMEMBERED_COMMANDS) return;
  let surplus = commands.size - REMEMBERED_COMMANDS;
  for (const oldest of commands.keys()) {
    if (surplus-- === 0) break;
    commands.delete(oldest);
  }
};

/** Folds recorded events into a stream's state, lifting old shapes to the newest first. */
export const fold = <S, C, E extends AnyEvent>(
  decider: Decider<S, C, E>,
  stream: StreamState<S>,
  events: readonly RecordedEvent[],
): void => {
  for (const recorded of events) {
    const event = upcast(recorded);
    const { type, data, time, tenant } = event;
    stream.state = decider.evolve(stream.state, { type, data, time, tenant } as Occurred<E>);
    stream.revision = recorded.revision;
    stream.position = recorded.position;
    remember(stream.commands, recorded.causationId, {
      hash: recorded.commandHash,
      revision: recorded.revision,
      position: recorded.position,
    });
  }
};
