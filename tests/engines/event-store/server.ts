/**
 * Stands in for EventStoreDB in development and tests: its protocol over a log of our own.
 * Started with DATA_DIR (a folder that exists) and PORT; MAX_BYTES makes the disk full, MAX_APPEND_SIZE limits an append.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { append, batchAppend } from './appends.ts';
import { deleteStream, tombstoneStream } from './deletes.ts';
import { EventLog } from './event-log.ts';
import { read } from './reads.ts';
import { uuidFrom } from './uuids.ts';

const VERSION = '24.10.0';
const LARGEST_APPEND = 16 * 1024 * 1024;

const { DATA_DIR, PORT, MAX_BYTES, MAX_APPEND_SIZE } = process.env;
if (DATA_DIR === undefined || PORT === undefined) throw new Error('DATA_DIR and PORT must be set');

const log = new EventLog(join(DATA_DIR, 'log.db'), MAX_BYTES === undefined ? undefined : Number(MAX_BYTES));
const maxAppendBytes = Number(MAX_APPEND_SIZE ?? LARGEST_APPEND);

const features = new featuresPb.SupportedMethods().setEventStoreServerVersion(VERSION);
for (const method of ['read', 'append', 'delete', 'tombstone', 'batchappend']) {
  const supported = new featuresPb.SupportedMethod().setServiceName('event_store.client.streams.streams');
  features.addMethods(supported.setMethodName(method));
}

const instance = randomUUID();
/** A cluster of one, which is always its leader. */
const cluster = () => {
  const endPoint = new gossipPb.EndPoint().setAddress('127.0.0.1').setPort(Number(PORT));
  const member = new gossipPb.MemberInfo()
    .setInstanceId(uuidFrom(instance, true))
    .setTimeStamp(String(Date.now() * 10_000))
    .setState(gossipPb.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(endPoint);
  return new gossipPb.ClusterInfo().setMembersList([member]);
};

const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
server.addService(streamsGrpc.StreamsService, {
  read: read(log),
  append: append(log, maxAppendBytes),
  delete: deleteStream(log),
  tombstone: tombstoneStream(log),
  batchAppend: batchAppend(log, maxAppendBytes),
});
server.addService(featuresGrpc.ServerFeaturesService, {
  getSupportedMethods: (_call: unknown, callback: sendUnaryData<InstanceType<typeof featuresPb.SupportedMethods>>) =>
    callback(null, features),
});
server.addService(gossipGrpc.GossipService, {
  read: (_call: unknown, callback: sendUnaryData<InstanceType<typeof gossipPb.ClusterInfo>>) =>
    callback(null, cluster()),
});

server.bindAsync(`127.0.0.1:${PORT}`, ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(`listening on 127.0.0.1:${port}`);
});

process.on('SIGTERM', () => {
  server.forceShutdown();
  log.close();
  process.exit(0);
});
