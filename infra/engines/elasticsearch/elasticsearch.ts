import type { Engine } from '../engine.ts';
import { archiveClasses, archiveIn } from './archive-classes.ts';
import { buildHome, homeIn, VERSION } from './build-home.ts';
import { configIn, isHealthy, javaArguments } from './node.ts';

/**
 * Elasticsearch 8.19 on Java 17, one node, with the modules that the product needs. For development and CI: production runs the
 * official one.
 */
export const elasticsearch: Engine = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  version: VERSION,
  variable: 'SEARCH_URL',
  prepare: async (cache) => {
    await buildHome(cache);
    await archiveClasses(await homeIn(cache));
  },
  launch: async ({ cache, dir, port, innerPort }) => {
    const home = await homeIn(cache);
    const config = await configIn(dir, port, innerPort);
    return { program: 'java', args: javaArguments(home, config, [`-XX:SharedArchiveFile=${archiveIn(home)}`]) };
  },
  url: (port) => `http://127.0.0.1:${port}/`,
  isReady: isHealthy,
};
