import { createApi } from '../../../infra/http/api.ts';
import { startServer } from '../../../infra/http/server.ts';
import { createLogger } from '../../../infra/telemetry/logger.ts';
import { createMetrics } from '../../../infra/telemetry/metrics.ts';
import { openModelClient } from '../../../ml/serving/open-model-client.ts';
import { predictRoute } from '../../../query-side/models/predict.ts';
import { openModelFolder } from '../../ml/served-models.ts';
import { treeModel } from './tree-model.ts';

/** A process that serves the model of the benches over HTTP as the platform does, until its parent disconnects. */
const tenant = 'tenant-1';
const models = await openModelFolder(tenant);
models.set('trees', { live: await models.add('trees', '1.0.0', treeModel()) });
const client = openModelClient({ stages: models.stages, metrics: createMetrics(false), onWarning: console.error });
const api = createApi({
  routes: [predictRoute(client)],
  authenticate: async () => ({ tenant, actor: 'user:bench', roles: ['analyst'], channel: 'direct' }),
  logger: createLogger('error'),
});
const server = await startServer(api.callback(), '127.0.0.1', 0);
process.on('disconnect', async () => {
  await server.close(0);
  await client.close();
  await models.close();
});
process.send?.({ url: `${server.url}/v1/models/trees/predictions` });
