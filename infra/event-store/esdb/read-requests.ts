import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { EventFilter } from '../event-store.ts';

const { ReadReq } = streamsPb;
const { Options } = ReadReq;
const { FORWARDS, BACKWARDS } = Options.ReadDirection;

const options = () =>
  new Options()
    .setUuidOption(new Options.UUIDOption().setString(new sharedPb.Empty()))
    .setNoFilter(new sharedPb.Empty())
    .setReadDirection(FORWARDS);

/** @param from inclusive; undefined = the first in that direction. */
export const readStreamRequest = (
  stream: string,
  direction: 'forward' | 'backward',
  from: number | undefined,
  limit: number,
) => {
  const place = new Options.StreamOptions().setStreamIdentifier(
    new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream)),
  );
  if (from !== undefined) place.setRevision(String(from));
  else if (direction === 'forward') place.setStart(new sharedPb.Empty());
  else place.setEnd(new sharedPb.Empty());
  const how = options().setStream(place).setCount(String(limit));
  return new ReadReq().setOptions(direction === 'forward' ? how : how.setReadDirection(BACKWARDS));
};

/** The last events of the log, newest first. @param before exclusive; undefined = the end. */
export const readBackRequest = (before: number | undefined, limit: number) => {
  const place = new Options.AllOptions();
  if (before === undefined) place.setEnd(new sharedPb.Empty());
  else place.setPosition(positionOf(before));
  return new ReadReq().setOptions(options().setAll(place).setCount(String(limit)).setReadDirection(BACKWARDS));
};

/**
 * Everything after a position, then what comes.
 * @param window events looked at between two checkpoints, where a filter leaves some out.
 */
export const subscribeRequest = (after: number, filter: EventFilter | undefined, window: number) => {
  const place = new Options.AllOptions();
  if (after === 0) place.setStart(new sharedPb.Empty());
  else place.setPosition(positionOf(after));
  const how = options().setAll(place).setSubscription(new Options.SubscriptionOptions());
  const expression = expressionOf(filter);
  if (expression !== undefined) {
    const leaving = new Options.FilterOptions().setMax(window).setCheckpointintervalmultiplier(1);
    if (filter?.streamPrefixes === undefined) leaving.setEventType(expression);
    else leaving.setStreamIdentifier(expression);
    how.setFilter(leaving);
  }
  return new ReadReq().setOptions(how);
};

export const isFiltered = (filter: EventFilter | undefined): boolean => expressionOf(filter) !== undefined;

/** The server filters by one thing alone, and by prefixes: what it lets through is looked at again by `passes`. */
const expressionOf = (filter: EventFilter | undefined) => {
  const prefixes = filter?.streamPrefixes ?? filter?.types;
  if (prefixes === undefined) return undefined;
  const expression = new Options.FilterOptions.Expression();
  return prefixes.length === 0 ? expression.setRegex('^$') : expression.setPrefixList([...prefixes]);
};

/** Whether an event is wanted. */
export const passes = (filter: EventFilter | undefined, { type, stream }: RecordedEvent): boolean =>
  (filter?.types === undefined || filter.types.includes(type)) &&
  (filter?.streamPrefixes === undefined || filter.streamPrefixes.some((prefix) => stream.startsWith(prefix)));

const positionOf = (position: number) =>
  new Options.Position().setCommitPosition(String(position)).setPreparePosition(String(position));
