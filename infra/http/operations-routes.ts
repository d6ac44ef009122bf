import { z } from 'zod';
import type { Metrics } from '../telemetry/metrics.ts';
import { defineRoute, type Route } from './route.ts';

const viewHealth = z.looseObject({
  view: z.string(),
  version: z.int(),
  reached: z.int().describe('Position that it has come to'),
  lagEvents: z.int().describe('Events in the log that it has not folded yet'),
  lagSeconds: z.number().describe('How old the oldest of them is'),
});

const readiness = z.object({
  ready: z.boolean(),
  status: z.string().describe('In words, also why it is not ready'),
  headPosition: z.int().optional().describe('Position of the last event in the log'),
  views: z.array(viewHealth).optional(),
});

/** What `/health/ready` tells. Not ready is answered 503, so that a load balancer looks elsewhere. */
export type Readiness = z.infer<typeof readiness>;

export interface OperationsDeps {
  /** Asked at each request: should be cheap. What it throws counts as not ready. */
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Metrics;
}

/** `/health/live`, `/health/ready` and `/metrics`, for who runs the platform. Serve them without a concurrency limit. */
export const operationsRoutes = (deps: OperationsDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: '/health/live',
    operationId: 'getLiveness',
    summary: 'Whether the process runs',
    tag: 'operations',
    action: 'public',
    etag: false,
    responses: { 200: { description: 'It runs', schema: z.object({ live: z.literal(true) }) } },
    handle: () => ({ body: { live: true } }),
  }),
  defineRoute({
    method: 'get',
    path: '/health/ready',
    operationId: 'getReadiness',
    summary: "Whether it can serve, with each view's lag",
    tag: 'operations',
    action: 'public',
    etag: false,
    responses: {
      200: { description: 'Ready', schema: readiness },
      503: { description: 'Not ready', schema: readiness },
    },
    handle: async () => {
      const body = await askReadiness(deps);
      return body.ready
        ? { status: 200, body, headers: { 'Cache-Control': 'no-store' } }
        : { status: 503, body, headers: { 'Cache-Control': 'no-store', 'Retry-After': '1' } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Figures for Prometheus',
    tag: 'operations',
    action: 'public',
    etag: false,
    responses: { 200: { description: 'Metrics in the text format', contentType: 'text/plain; version=0.0.4' } },
    handle: async () => ({
      body: await deps.metrics.metrics(),
      headers: { 'Content-Type': deps.metrics.contentType, 'Cache-Control': 'no-store' },
    }),
  }),
];

const askReadiness = async (deps: OperationsDeps): Promise<Readiness> => {
  try {
    return await deps.readiness();
  } catch (error) {
    const detail = error instanceof Error ? error.name : 'unknown';
    return { ready: false, status: `readiness could not be asked: ${detail}` };
  }
};
