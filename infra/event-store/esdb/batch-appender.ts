import { randomUUID } from 'node:crypto';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { EventTooLargeError } from '../event-store.ts';
import type { BatchCall } from './connection.ts';
import { RefusedError } from './failures.ts';
import type { Outgoing } from './stored-event.ts';

const { BatchAppendReq } = streamsPb;
type Answer = InstanceType<typeof streamsPb.BatchAppendResp>;

/** `position` is missing where the server does not tell it. `revision` of a conflict: the actual one, -1 = no stream. */
export type Decision =
  | { readonly appended: true; readonly revision: number; readonly position: number | undefined }
  | { readonly appended: false; readonly revision: number };

interface Pending {
  readonly resolve: (decision: Decision) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** A message may have 4 MiB; an event of the largest size makes one of its own. */
const FRAGMENT_BYTES = 1024 * 1024;

/** Sends appends over one call, as many at once as come, and knows of each whether it was answered in time. */
export class BatchAppender {
  readonly #open: () => Promise<BatchCall>;
  readonly #timeoutMs: number;
  #current: Promise<OpenCall> | undefined;

  constructor(open: () => Promise<BatchCall>, timeoutMs: number) {
    this.#open = open;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @param expected the stream's last revision, -1 = no stream.
   * @throws EventTooLargeError, RefusedError; any other error leaves open whether it was stored.
   */
  async append(stream: string, expected: number, events: readonly Outgoing[]): Promise<Decision> {
    this.#current ??= this.#begin();
    const current = await this.#current;
    if (current.broken !== undefined) throw current.broken;
    const { call, pending } = current;
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const late = (): void => {
        pending.delete(id);
        reject(new Error(`no answer within ${this.#timeoutMs} ms`));
      };
      pending.set(id, { resolve, reject, timer: setTimeout(late, this.#timeoutMs) });
      for (const request of requestsOf(id, stream, expected, events)) call.write(request);
    });
  }

  #begin(): Promise<OpenCall> {
    const forget = (): void => {
      if (this.#current === opening) this.#current = undefined;
    };
    const opening = this.#open().then((call) => listenTo(call, forget));
    opening.catch(forget);
    return opening;
  }
}

interface OpenCall {
  readonly call: BatchCall;
  readonly pending: Map<string, Pending>;
  /** Why it takes no more. */
  broken: Error | undefined;
}

const listenTo = (call: BatchCall, onBroken: () => void): OpenCall => {
  const open: OpenCall = { call, pending: new Map(), broken: undefined };
  const take = (id: string): Pending | undefined => {
    const found = open.pending.get(id);
    open.pending.delete(id);
    clearTimeout(found?.timer);
    return found;
  };
  const fail = (error: Error): void => {
    open.broken ??= error;
    onBroken();
    for (const id of [...open.pending.keys()]) take(id)?.reject(error);
  };
  call.on('data', (answer: Answer) => {
    // One that was given up is no longer waited for.
    const waiting = take(uuidOf(answer.getCorrelationId()));
    if (waiting === undefined) return;
    try {
      waiting.resolve(decisionOf(answer));
    } catch (error) {
      waiting.reject(error);
    }
  });
  call.on('error', fail);
  call.on('end', () => fail(new Error('the server ended the call')));
  return open;
};

const requestsOf = (id: string, stream: string, expected: number, events: readonly Outgoing[]) => {
  const options = new BatchAppendReq.Options().setStreamIdentifier(
    new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream)),
  );
  if (expected < 0) options.setNoStream(new emptyPb.Empty());
  else options.setStreamPosition(String(expected));
  const correlation = new sharedPb.UUID().setString(id);
  let request = new BatchAppendReq().setCorrelationId(correlation).setOptions(options);
  const requests = [request];
  let size = 0;
  for (const { message, bytes } of events) {
    if (size > 0 && size + bytes > FRAGMENT_BYTES) {
      request = new BatchAppendReq().setCorrelationId(correlation);
      requests.push(request);
      size = 0;
    }
    request.addProposedMessages(message);
    size += bytes;
  }
  request.setIsFinal(true);
  return requests;
};

const decisionOf = (answer: Answer): Decision => {
  const error = answer.getError();
  if (error !== undefined) return conflictOf(error);
  const success = answer.getSuccess();
  const position = success?.getPosition()?.getCommitPosition();
  return {
    appended: true,
    revision: Number(success?.getCurrentRevision()),
    position: position === undefined ? undefined : Number(position),
  };
};

/** @throws what the error stands for, unless it is a conflict. */
const conflictOf = (error: InstanceType<typeof statusPb.Status>): Decision => {
  const details = error.getDetails();
  const name = details?.getTypeName() ?? '';
  const bytes = details?.getValue_asU8() ?? new Uint8Array();
  const message = `${error.getMessage()} (${name})`;
  switch (name) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = sharedPb.WrongExpectedVersion.deserializeBinary(bytes);
      return { appended: false, revision: wrong.hasCurrentNoStream() ? -1 : Number(wrong.getCurrentStreamRevision()) };
    }
    case 'event_store.client.MaximumAppendSizeExceeded': {
      const most = sharedPb.MaximumAppendSizeExceeded.deserializeBinary(bytes).getMaxappendsize();
      throw new EventTooLargeError(`the events of one append are over the ${most} bytes that the server takes at once`);
    }
    case 'event_store.client.StreamDeleted':
    case 'event_store.client.AccessDenied':
    case 'event_store.client.BadRequest':
      throw new RefusedError(message);
    default:
      throw new Error(message);
  }
};

const uuidOf = (uuid: InstanceType<typeof sharedPb.UUID> | undefined): string => {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString() ?? '';
  const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
