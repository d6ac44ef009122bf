import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { expectedOf, failure, streamDeleted, streamOf } from './appends.ts';
import type { Appended, EventLog, Expected } from './event-log.ts';

type Request = InstanceType<typeof streamsPb.DeleteReq | typeof streamsPb.TombstoneReq>;
type DeleteAnswer = InstanceType<typeof streamsPb.DeleteResp>;
type TombstoneAnswer = InstanceType<typeof streamsPb.TombstoneResp>;

const VERSIONS = { any: '-2', 'no-stream': '-1', 'stream-exists': '-4' } as const;

const failureOf = (outcome: Exclude<Appended, { kind: 'ok' }>, stream: string, expected: Expected) => {
  if (outcome.kind === 'failed') return { code: status.UNKNOWN, details: outcome.message };
  if (outcome.kind === 'stream-deleted') return streamDeleted(stream);
  const wanted = typeof expected === 'number' ? String(expected) : VERSIONS[expected];
  const actual = String(outcome.current ?? -1);
  return failure(
    status.FAILED_PRECONDITION,
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${wanted}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': wanted,
      'actual-version': actual,
    },
  );
};

const outcomeOf = async (log: EventLog, request: Request, forGood: boolean) => {
  const options = request.getOptions();
  if (options === undefined) return { failed: { code: status.INVALID_ARGUMENT, details: 'no options' } };
  const stream = streamOf(options);
  const expected = expectedOf(options, () => options.getRevision());
  const outcome = await log.delete(stream, expected, forGood);
  return outcome.kind === 'ok' ? { at: String(outcome.last) } : { failed: failureOf(outcome, stream, expected) };
};

/** Softly: the stream may be written again, and goes on after its old revisions. */
export const deleteStream =
  (log: EventLog) =>
  async (
    { request }: ServerUnaryCall<InstanceType<typeof streamsPb.DeleteReq>, DeleteAnswer>,
    callback: sendUnaryData<DeleteAnswer>,
  ): Promise<void> => {
    const { at, failed } = await outcomeOf(log, request, false);
    if (at === undefined) return callback(failed);
    const position = new streamsPb.DeleteResp.Position().setCommitPosition(at).setPreparePosition(at);
    callback(null, new streamsPb.DeleteResp().setPosition(position));
  };

/** For good. */
export const tombstoneStream =
  (log: EventLog) =>
  async (
    { request }: ServerUnaryCall<InstanceType<typeof streamsPb.TombstoneReq>, TombstoneAnswer>,
    callback: sendUnaryData<TombstoneAnswer>,
  ): Promise<void> => {
    const { at, failed } = await outcomeOf(log, request, true);
    if (at === undefined) return callback(failed);
    const position = new streamsPb.TombstoneResp.Position().setCommitPosition(at).setPreparePosition(at);
    callback(null, new streamsPb.TombstoneResp().setPosition(position));
  };
