/**
 * The envelope every domain event travels in. Names follow CloudEvents 1.0 where it has one.
 * `time` is when the fact happened; `recordedAt` is when the store accepted it (they differ for imported history).
 */
export interface EventEnvelope {
  /** UUIDv5 of command id and index, so a retried command writes the same event. */
  readonly id: string;
  /** Past tense with its version: `booking.placed.v1`. */
  readonly type: string;
  /** ISO 8601 UTC instant. */
  readonly time: string;
  readonly tenant: string;
  /** Who did it: `user:<id>`, `api-key:<id>`, or `system:<process>`. */
  readonly actor: string;
  readonly correlationId: string;
  /** The id of the command (or event) that caused this one. */
  readonly causationId: string;
  /** Hash of the command's body, to tell a retry from a reuse of its id. Absent on events that no client command made. */
  readonly commandHash?: string;
  /** W3C Trace Context of the span that caused it, so one trace runs from HTTP to view. */
  readonly traceparent?: string;
  /**
   * Personal data of the event, encrypted with a key of its own; `data` holds blanks in its place. Absent: it has none.
   * Who destroys the key leaves the blanks (crypto-shredding). Opened events do not carry it.
   */
  readonly personal?: string;
  readonly data: unknown;
}

/** An event as it stands in the log. */
export interface RecordedEvent extends EventEnvelope {
  /** `<context>-<id>`. */
  readonly stream: string;
  /** Place in its stream, from 0, without gaps. */
  readonly revision: number;
  /** Place in the whole log. Increases; may have gaps. */
  readonly position: number;
  /** ISO 8601 UTC instant at which the store accepted it. */
  readonly recordedAt: string;
}

/** The context of a stream: `booking-7f…` -> `booking`. Contexts have no dash in their name. */
export const contextOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** The id in a stream's name: `booking-7f…` -> `7f…`. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
