import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import {
  Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Appended, EventLog, Expected } from './event-log.ts';
import { DELETED } from './event-log.ts';
import type { ProposedEvent } from './log-file.ts';
import { uuidOf } from './uuids.ts';

const { AppendResp, BatchAppendResp } = streamsPb;

interface Proposal {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
}

type Options = Pick<
  InstanceType<typeof streamsPb.AppendReq.Options>,
  'getStreamIdentifier' | 'hasAny' | 'hasNoStream' | 'hasStreamExists'
>;

export const streamOf = (options: Pick<Options, 'getStreamIdentifier'> | undefined): string =>
  Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');

/** @param revision asked for only where it is an exact one. */
export const expectedOf = (options: Options, revision: () => string): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  return Number(revision());
};

type Message = InstanceType<
  typeof streamsPb.BatchAppendReq.ProposedMessage | typeof streamsPb.AppendReq.ProposedMessage
>;

const eventOf = (message: Message): ProposedEvent => ({
  id: uuidOf(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? 'application/octet-stream',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

export const revisionText = (revision: number): string =>
  revision >= DELETED ? '9223372036854775807' : String(revision);

const sizeOf = (events: readonly ProposedEvent[]): number =>
  events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);

/** How an error travels: the client knows it by the trailer `exception`. */
export const failure = (code: status, details: string, trailers: Record<string, string>) => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
};

export const streamDeleted = (stream: string) =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

/** The unary append: the options, then one event a message. */
export const append =
  (log: EventLog, maxAppendBytes: number) =>
  (
    call: ServerReadableStream<InstanceType<typeof streamsPb.AppendReq>, InstanceType<typeof AppendResp>>,
    callback: sendUnaryData<InstanceType<typeof AppendResp>>,
  ): void => {
    let proposal: Proposal | undefined;
    call.on('error', () => undefined);
    call.on('data', (request: InstanceType<typeof streamsPb.AppendReq>) => {
      const options = request.getOptions();
      const message = request.getProposedMessage();
      if (options !== undefined)
        proposal = {
          stream: streamOf(options),
          expected: expectedOf(options, () => options.getRevision()),
          events: [],
        };
      if (message !== undefined) proposal?.events.push(eventOf(message));
    });
    call.on('end', async () => {
      if (proposal === undefined) return callback({ code: status.INVALID_ARGUMENT, details: 'no options' });
      const { stream, expected, events } = proposal;
      if (sizeOf(events) > maxAppendBytes) {
        return callback(
          failure(status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', {
            exception: 'maximum-append-size-exceeded',
            'maximum-append-size': String(maxAppendBytes),
          }),
        );
      }
      const outcome = await log.append(stream, expected, events);
      if (outcome.kind === 'failed') return callback({ code: status.UNKNOWN, details: outcome.message });
      if (outcome.kind === 'stream-deleted') return callback(streamDeleted(stream));
      callback(null, unaryAnswer(outcome, expected));
    });
  };

const unaryAnswer = (
  outcome: Exclude<Appended, { kind: 'failed' | 'stream-deleted' }>,
  expected: Expected,
): InstanceType<typeof AppendResp> => {
  const answer = new AppendResp();
  if (outcome.kind === 'ok') {
    const position = new AppendResp.Position();
    position.setPreparePosition(String(outcome.first)).setCommitPosition(String(outcome.last));
    answer.setSuccess(new AppendResp.Success().setCurrentRevision(String(outcome.revision)).setPosition(position));
    return answer;
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (outcome.current === undefined) wrong.setCurrentNoStream(new sharedPb.Empty());
  else wrong.setCurrentRevision(String(outcome.current));
  if (expected === 'any') wrong.setExpectedAny(new sharedPb.Empty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new sharedPb.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new sharedPb.Empty());
  else wrong.setExpectedRevision(String(expected));
  answer.setWrongExpectedVersion(wrong);
  return answer;
};

type BatchRequest = InstanceType<typeof streamsPb.BatchAppendReq>;
type BatchAnswer = InstanceType<typeof BatchAppendResp>;

/** Many appends over one call, each in fragments of which the last says so; answered as they are decided. */
export const batchAppend =
  (log: EventLog, maxAppendBytes: number) =>
  (call: ServerDuplexStream<BatchRequest, BatchAnswer>): void => {
    const open = new Map<string, Proposal>();
    let underWay = 0;
    let ended = false;
    call.on('error', () => undefined);
    call.on('data', async (request: BatchRequest) => {
      const key = uuidOf(request.getCorrelationId());
      const options = request.getOptions();
      let proposal = open.get(key);
      if (proposal === undefined && options !== undefined) {
        const expected = expectedOf(options, () => options.getStreamPosition());
        proposal = { stream: streamOf(options), expected, events: [] };
        open.set(key, proposal);
      }
      if (proposal === undefined) return;
      for (const message of request.getProposedMessagesList()) proposal.events.push(eventOf(message));
      if (!request.getIsFinal()) return;
      open.delete(key);
      underWay++;
      const { stream, expected, events } = proposal;
      const outcome = sizeOf(events) > maxAppendBytes ? 'too large' : await log.append(stream, expected, events);
      underWay--;
      if (call.cancelled) return;
      const answer = new BatchAppendResp();
      answer.setCorrelationId(request.getCorrelationId());
      answer.setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream)));
      if (outcome === 'too large') answer.setError(tooLarge(maxAppendBytes));
      else if (outcome.kind === 'ok') answer.setSuccess(success(outcome.revision, outcome.first, outcome.last));
      else answer.setError(batchError(outcome, expected, stream));
      call.write(answer);
      if (ended && underWay === 0) call.end();
    });
    call.on('end', () => {
      ended = true;
      if (underWay === 0) call.end();
    });
  };

const success = (revision: number, first: number, last: number) => {
  const position = new sharedPb.AllStreamPosition();
  position.setPreparePosition(String(first)).setCommitPosition(String(last));
  return new BatchAppendResp.Success().setCurrentRevision(String(revision)).setPosition(position);
};

const statusOf = (code: number, message: string, name: string, details: Uint8Array) => {
  const any = new anyPb.Any();
  any.pack(details, `event_store.client.${name}`);
  return new statusPb.Status().setCode(code).setMessage(message).setDetails(any);
};

const tooLarge = (maxAppendBytes: number) => {
  const details = new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes);
  return statusOf(
    status.INVALID_ARGUMENT,
    'Maximum Append Size Exceeded',
    'MaximumAppendSizeExceeded',
    details.serializeBinary(),
  );
};

const batchError = (outcome: Exclude<Appended, { kind: 'ok' }>, expected: Expected, stream: string) => {
  if (outcome.kind === 'failed')
    return statusOf(status.UNKNOWN, outcome.message, 'Unknown', new sharedPb.Unknown().serializeBinary());
  if (outcome.kind === 'stream-deleted') {
    const identifier = new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream));
    const details = new sharedPb.StreamDeleted().setStreamIdentifier(identifier);
    return statusOf(status.NOT_FOUND, 'Stream Deleted', 'StreamDeleted', details.serializeBinary());
  }
  const wrong = new sharedPb.WrongExpectedVersion();
  if (outcome.current === undefined) wrong.setCurrentNoStream(new emptyPb.Empty());
  else wrong.setCurrentStreamRevision(String(outcome.current));
  if (expected === 'any') wrong.setExpectedAny(new emptyPb.Empty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new emptyPb.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new emptyPb.Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  return statusOf(status.ALREADY_EXISTS, 'Wrong Expected Version', 'WrongExpectedVersion', wrong.serializeBinary());
};
