import type { Engine } from '../engine.ts';
import { classPath, download, fromArchive, VERSION } from './download.ts';
import { acceptsConnections, jvmOptions, layOut } from './server.ts';

/** Apache Kafka 4.4.0 from Maven Central, on Java 17 or later: one node without ZooKeeper. */
export const kafka: Engine = {
  name: 'kafka',
  title: 'Apache Kafka',
  version: VERSION,
  variable: 'EVENT_BUS_URL',
  prepare: download,
  launch: async (place) => {
    const java = [...fromArchive(place.cache), '-cp', await classPath(place.cache)];
    const properties = await layOut(place, java);
    return { program: 'java', args: [...jvmOptions(place.dir), ...java, 'kafka.Kafka', properties] };
  },
  url: (port) => `kafka://127.0.0.1:${port}`,
  isReady: acceptsConnections,
};
