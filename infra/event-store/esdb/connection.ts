import { EventStoreDBClient } from '@eventstore/db-client';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';

export type ReadCall = ClientReadableStream<InstanceType<typeof streamsPb.ReadResp>>;
export type BatchCall = ClientDuplexStream<
  InstanceType<typeof streamsPb.BatchAppendReq>,
  InstanceType<typeof streamsPb.BatchAppendResp>
>;
type ReadRequest = InstanceType<typeof streamsPb.ReadReq>;

/** The calls of the protocol over the client's connection, which finds the leader and connects again by itself. */
export interface Connection {
  /** @param deadlineMs how long the whole call may take. Default: for ever. */
  read(request: ReadRequest, deadlineMs?: number): Promise<ReadCall>;
  batchAppend(): Promise<BatchCall>;
  close(): Promise<void>;
}

const ignore = (): void => undefined;

/**
 * Uses what the client keeps for its subclasses; never made, because `connectionString` gives plain clients. The calls
 * one level below the client's own methods are needed because those lose the process when a server dies (an answer that
 * comes after another call's failure is an uncaught TypeError in its BatchAppend), stop without a word when a
 * checkpoint's handler fails, and do not tell events and checkpoints in one order.
 */
class Reach extends EventStoreDBClient {
  static open(url: string): Connection {
    const client = EventStoreDBClient.connectionString(url) as Reach;
    // It is called without being awaited, and rejects when no member of the cluster answers.
    const { handleError } = client;
    client.handleError = (failed, error) => handleError(failed, error).catch(ignore);
    return {
      read: async (request, deadlineMs) => {
        const options = deadlineMs === undefined ? { deadline: Number.POSITIVE_INFINITY } : {};
        const call = await client.GRPCStreamCreator(streamsGrpc.StreamsClient, 'read', (streams) =>
          streams.read(
            request,
            ...client.callArguments(deadlineMs === undefined ? {} : { deadline: deadlineMs }, options),
          ),
        )();
        return call.on('error', ignore);
      },
      batchAppend: async () => {
        const call = await client.GRPCStreamCreator(streamsGrpc.StreamsClient, 'batchAppend', (streams) =>
          streams.batchAppend(...client.callArguments({}, { deadline: Number.POSITIVE_INFINITY })),
        )();
        return call.on('error', ignore);
      },
      close: async () => {
        await client.dispose();
        // With no member of a cluster to be found there is nothing to close.
        await client.getChannel().then((channel) => channel.close(), ignore);
      },
    };
  }
}

/** @param url `esdb://` or `esdb+discover://`, with what the client's connection strings know. @throws Error when it is malformed. */
export const openConnection = (url: string): Connection => Reach.open(url);
