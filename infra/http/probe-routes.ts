import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Metrics } from '../telemetry/metrics.ts';

/** What `/health/ready` tells. */
export interface Readiness {
  readonly ready: boolean;
  readonly [part: string]: unknown;
}

/**
 * What orchestrators and Prometheus ask for, without credentials and outside the rate limits: `/health/live`,
 * `/health/ready` (503 while not) and `/metrics`. Holds no data of any tenant.
 */
export const probeRoutes = (readiness: () => Promise<Readiness>, metrics: Metrics): Middleware => {
  const router = new Router();
  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'live' };
  });
  router.get('/health/ready', async (ctx) => {
    const answer = await readiness();
    ctx.status = answer.ready ? 200 : 503;
    if (!answer.ready) ctx.set('Retry-After', '1');
    ctx.body = answer;
  });
  router.get('/metrics', async (ctx) => {
    ctx.body = await metrics.metrics();
    ctx.type = metrics.contentType;
  });
  return router.routes() as unknown as Middleware;
};
