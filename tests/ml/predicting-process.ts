import { linear } from './served-models.ts';
import { ask, features, openServingStage } from './serving-stage.ts';

/** A process that predicts once and goes on living: tells the pid of its pool. */
const { models, client } = await openServingStage({}, 1);
models.set('price', { live: await models.add('price', '1.0.0', linear(2)) });
await client.predict(ask('price', features([1, 1])));
process.send?.({ pid: client.pool().pid });
await models.close();
