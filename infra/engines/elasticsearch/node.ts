import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const HEAP = '512m';

/**
 * How to run the node of a home. Of the compilers only the quick one is used: a node of a developer's machine or CI ends before
 * the thorough one has paid off.
 */
export const javaArguments = (home: string, config: string, options: readonly string[]): readonly string[] => [
  ...[`-Xms${HEAP}`, `-Xmx${HEAP}`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
  ...['-Djava.awt.headless=true', '-Djna.nosys=true', '-Dlog4j2.disable.jmx=true'],
  ...['-Dlog4j.shutdownHookEnabled=false', '-Dio.netty.noUnsafe=true', '-Dio.netty.allocator.numDirectArenas=0'],
  '--add-opens=java.base/java.io=ALL-UNNAMED',
  ...options,
  ...['-cp', `${join(home, 'lib')}/*`, 'Launcher', home, config],
];

/** Writes the configuration of a node that keeps its data in `dir`; returns its folder. */
export const configIn = async (dir: string, port: number, innerPort: number): Promise<string> => {
  const config = join(dir, 'config');
  await mkdir(config, { recursive: true });
  await writeFile(join(config, 'elasticsearch.yml'), settings(dir, port, innerPort));
  await writeFile(join(config, 'log4j2.properties'), LOGGING);
  return config;
};

/** Whether its indexes can be read and written. Never rejects. */
export const isHealthy = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
    signal: AbortSignal.timeout(5_000),
  }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );

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
