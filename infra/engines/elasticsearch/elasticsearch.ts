import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { buildHome, homeIn } from './build-home.ts';

const HEAP = '512m';

/**
 * Elasticsearch 8.19 on Java 17, one node, with the modules that the product needs. For development and CI: production runs the
 * official one.
 */
export const elasticsearch: Engine = {
  name: 'elasticsearch',
  variable: 'SEARCH_URL',
  prepare: buildHome,
  launch: async ({ cache, dir, port, innerPort }) => {
    const home = await homeIn(cache);
    const config = join(dir, 'config');
    await mkdir(config, { recursive: true });
    await writeFile(join(config, 'elasticsearch.yml'), settings(dir, port, innerPort));
    await writeFile(join(config, 'log4j2.properties'), LOGGING);
    return {
      program: 'java',
      args: [
        ...[`-Xms${HEAP}`, `-Xmx${HEAP}`, '-XX:+UseSerialGC'],
        ...['-Djava.awt.headless=true', '-Djna.nosys=true'],
        ...['-Dlog4j2.disable.jmx=true', '-Dlog4j.shutdownHookEnabled=false'],
        ...['-Dio.netty.noUnsafe=true', '-Dio.netty.allocator.numDirectArenas=0'],
        '--add-opens=java.base/java.io=ALL-UNNAMED',
        ...['-cp', `${join(home, 'launcher')}:${join(home, 'lib')}/*`, 'Launcher', home, config],
      ],
    };
  },
  url: (port) => `http://127.0.0.1:${port}/`,
  isReady: (port) =>
    fetch(`http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
      signal: AbortSignal.timeout(2_000),
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    ),
};

/** As JSON, which is YAML: a folder's name may hold anything. */
const settings = (dir: string, port: number, innerPort: number): string =>
  JSON.stringify(
    {
      'cluster.name': 'local',
      'path.data': join(dir, 'data'),
      'path.logs': join(dir, 'logs'),
      'discovery.type': 'single-node',
      'network.host': '127.0.0.1',
      'http.port': port,
      'transport.port': innerPort,
      'node.store.allow_mmap': false,
      'cluster.routing.allocation.disk.threshold_enabled': false,
      'action.destructive_requires_name': false,
    },
    null,
    2,
  );

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;
