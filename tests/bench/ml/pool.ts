import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '../../../infra/telemetry/metrics.ts';
import { spawnThread } from '../../../infra/threads/spawn-thread.ts';
import { type OpenModelClient, openModelClient } from '../../../ml/serving/open-model-client.ts';
import { openModelFolder } from '../../ml/served-models.ts';
import { type Bench, percentile, type Row } from '../report.ts';
import { type Latency, latencyOf, startHttpProcess } from './http-latency.ts';
import { FEATURES, randomRows, treeModel } from './tree-model.ts';

const BATCH_SIZES = [1, 32, 256, 4_096];
/** Rows that are asked for at a time: enough to hide the way there and back. */
const ROWS_UNDER_WAY = 1_024;
const ROUNDS = 7;
const ROUND_MS = 800;
const CONNECTIONS = 32;

const median = (values: readonly number[]): number => percentile(values, 0.5);

/** What the pool adds to a model: rows a second against bare loops on as many threads, and the time to answer over HTTP. */
export const poolBench: Bench = {
  name: 'ml-pool',
  run: async () => [...(await throughput()), ...(await overHttp())],
};

/** Pool and bare loops by turns, so that what else the machine does meets both. */
const throughput = async (): Promise<readonly Row[]> => {
  const workers = Math.max(1, availableParallelism() - 1);
  const models = await openModelFolder();
  const live = await models.add('trees', '1.0.0', treeModel());
  models.set('trees', { live });
  const client = openModelClient({
    stages: models.stages,
    workers,
    metrics: createMetrics(false),
    onWarning: console.error,
  });
  const loops = await startBareLoops(workers, join(live.directory, 'model.onnx'));
  try {
    const rows: Row[] = [];
    for (const size of BATCH_SIZES) {
      await inPool(client, size, workers, ROUND_MS);
      const [ours, bare]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        bare.push(await loops.run(size, ROUND_MS));
        ours.push(await inPool(client, size, workers, ROUND_MS));
      }
      const ratio = median(ours) / median(bare);
      rows.push({
        bench: `300 trees, requests of ${size} rows: pool of ${workers} / bare onnxruntime-node on ${workers} thread${workers > 1 ? 's' : ''}`,
        ours: `${Math.round(median(ours))} rows/s`,
        against: `${Math.round(median(bare))} rows/s`,
        ratio,
        aim: '>= 0.85',
        met: ratio >= 0.85,
      });
    }
    return rows;
  } finally {
    await client.close();
    await models.close();
    await loops.end();
  }
};

/** @returns rows a second */
const inPool = async (client: OpenModelClient, size: number, workers: number, ms: number): Promise<number> => {
  const inputs = { features: { type: 'float32' as const, dims: [size, FEATURES], data: randomRows(size) } };
  const startedAt = performance.now();
  let rows = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - startedAt < ms) {
      await client.predict({
        tenant: 'tenant-1',
        model: 'trees',
        inputsFor: () => inputs,
        key: 'bench',
        priority: 'interactive',
        deadlineMs: 60_000,
      });
      rows += size;
    }
  };
  const callers = workers * Math.max(3, Math.ceil(ROWS_UNDER_WAY / size));
  await Promise.all(Array.from({ length: callers }, caller));
  return (rows / (performance.now() - startedAt)) * 1_000;
};

const startBareLoops = async (threads: number, file: string) => {
  const workers = Array.from({ length: threads }, () =>
    spawnThread(new URL('./bare-loop.ts', import.meta.url), { file }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return {
    /** @returns rows a second, of all threads together */
    run: async (rows: number, ms: number): Promise<number> => {
      const answers = workers.map((worker) => once(worker, 'message') as Promise<[{ readonly perSecond: number }]>);
      for (const worker of workers) worker.postMessage({ rows, ms });
      return (await Promise.all(answers)).reduce((sum, [{ perSecond }]) => sum + perSecond, 0);
    },
    /** They are idle: none ends in a run. */
    end: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
};

const overHttp = async (): Promise<readonly Row[]> => {
  const [ours, bare] = await Promise.all([
    startHttpProcess('./serving-process.ts'),
    startHttpProcess('./bare-http.ts'),
  ]);
  try {
    const servers = [ours, bare] as const;
    for (const { url } of servers) await latencyOf(url, CONNECTIONS, 1_000);
    const measured: (readonly [ours: Latency, bare: Latency])[] = [];
    for (let round = 0; round < ROUNDS; round++)
      measured.push([
        await latencyOf(ours.url, CONNECTIONS, ROUND_MS),
        await latencyOf(bare.url, CONNECTIONS, ROUND_MS),
      ]);
    const of = (side: 0 | 1, figure: keyof Latency) => median(measured.map((round) => round[side][figure]));
    return (['p50', 'p99'] as const).map((figure) => ({
      bench: `one row over HTTP on ${CONNECTIONS} connections, ${figure}: the route / bare node:http with the model on its thread`,
      ours: `${of(0, figure).toFixed(1)} ms at ${Math.round(of(0, 'perSecond'))}/s`,
      against: `${of(1, figure).toFixed(1)} ms at ${Math.round(of(1, 'perSecond'))}/s`,
      ratio: of(0, figure) / of(1, figure),
      aim: 'told, no aim',
      met: true,
    }));
  } finally {
    await ours.end();
    await bare.end();
  }
};
