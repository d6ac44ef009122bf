import type { ErrorCode } from './errors.ts';
import type { Occurred } from './events/define.ts';

/** What a decision may depend on besides command and state. Clock and ids are passed in so that deciders stay pure. */
export interface DecisionContext {
  /** ISO 8601 UTC instant at which the command is decided. */
  readonly now: string;
  /** UUIDv5 of the command id and `name`: the same in every retry of the command. */
  readonly newId: (name: string) => string;
}

/** An expected refusal: a value with a code of the error catalogue, never a throw. */
export interface Rejection {
  readonly rejected: ErrorCode;
  readonly detail: string;
  /** Path of the offending field in the request's body, where there is one. */
  readonly field?: string;
}

export const reject = (rejected: ErrorCode, detail: string, field?: string): Rejection =>
  field === undefined ? { rejected, detail } : { rejected, detail, field };

export const isRejection = (value: object): value is Rejection => 'rejected' in value;

/**
 * A consistency boundary as two pure functions (the Decider pattern, Jérémie Chassaing 2021).
 * `decide` returns the events to append (none = already so) or a rejection.
 */
export interface Decider<State, Command, Event> {
  /** Stream category: the stream of an id is `<context>-<id>`. */
  readonly context: string;
  /** Version of the state's shape: a snapshot of another version is ignored. */
  readonly version: number;
  readonly initial: () => State;
  readonly decide: (command: Command, state: State, context: DecisionContext) => readonly Event[] | Rejection;
  /** Returns the next state. It may change `state` in place and return it: the caller owns the state. */
  readonly evolve: (state: State, event: Occurred<Event>) => State;
}
