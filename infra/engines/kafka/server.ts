import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomId } from '../../../contracts/ids.ts';
import type { EnginePlace } from '../engine.ts';

const run = promisify(execFile);

/** One node that is broker and controller, with everything sized for a developer's machine. */
const properties = ({ dir, port, innerPort }: EnginePlace): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${innerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${innerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 1,
    'background.threads': 2,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'log.segment.bytes': 64 * 1024 * 1024,
    'log.index.size.max.bytes': 1024 * 1024,
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

const LOG4J = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %m (%c{1})%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
`;

/** Heap and start-up time of a small server; `-Xmx384m` carries the test suites with room to spare. */
export const jvmOptions = (dir: string): readonly string[] => [
  '-Xms128m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`,
];

/**
 * Writes the server's configuration and, the first time, formats its storage.
 * @param java options that make `java` find the server. @returns the path of the properties
 */
export const layOut = async (place: EnginePlace, java: readonly string[]): Promise<string> => {
  const { dir } = place;
  const file = join(dir, 'server.properties');
  await writeFile(file, properties(place));
  await writeFile(join(dir, 'log4j2.properties'), LOG4J);
  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    // A cluster id is 16 bytes as base64url, which may begin with a dash.
    const id = Buffer.from(randomId().replaceAll('-', ''), 'hex').toString('base64url');
    const tool = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', `--cluster-id=${id}`, '-c', file];
    await run('java', ['-Xmx128m', ...jvmOptions(dir).slice(2), ...java, ...tool]);
  }
  return file;
};

/** Whether somebody accepts connections at the port. Never rejects. */
export const acceptsConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const answer = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
