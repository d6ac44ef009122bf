import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allEngines } from '../../../infra/engines/all-engines.ts';
import { bringUp, takeDown } from '../../../infra/engines/engine-runs.ts';
import { startCluster } from '../../platform/start-cluster.ts';
import { caughtUp, signIn, startPlatform } from '../../platform/start-platform.ts';
import { bookableProduct, bookingRequests } from '../bookable-product.ts';
import { type Load, sendLoad } from '../load.ts';
import { percentile, type Row } from '../report.ts';
import { type LagUnderLoad, lagUnderLoad } from '../view-lag.ts';

const SECONDS = 6;
/** Beside the probes, as a share of what was taken at full load. */
const SHARE = 0.5;

interface Measured {
  readonly full: Load;
  readonly lag: LagUnderLoad;
}

/**
 * Bookings a second, and how long after its answer a booking is shown: over a cluster of seven processes on the engines, and beside
 * it in one process on embedded storage, both on this machine.
 */
export const endToEnd = async (): Promise<readonly Row[]> => {
  const embedded = await onEmbedded();
  const cluster = await onOwnEngines(onCluster);
  const told = ({ perSecond, p50, p99, failed }: Load) =>
    `${Math.round(perSecond)}/s, p50 ${p50} ms, p99 ${p99} ms${failed > 0 ? `, ${failed} failed` : ''}`;
  const lagTold = ({ lags, perSecond }: LagUnderLoad) =>
    `p50 ${percentile(lags, 0.5).toFixed(0)} ms, p99 ${percentile(lags, 0.99).toFixed(0)} ms beside ${Math.round(perSecond)}/s`;
  return [
    {
      bench: 'booking command over the cluster / in one embedded process',
      ours: told(cluster.full),
      against: told(embedded.full),
      ratio: cluster.full.perSecond / embedded.full.perSecond,
      aim: 'none failed',
      met: cluster.full.failed === 0,
    },
    {
      bench: 'command to view over the cluster / in one embedded process',
      ours: lagTold(cluster.lag),
      against: lagTold(embedded.lag),
      ratio: percentile(cluster.lag.lags, 0.5) / percentile(embedded.lag.lags, 0.5),
      aim: 'told',
      met: true,
    },
  ];
};

const measure = async (origin: string, token: string): Promise<Measured> => {
  const product = await bookableProduct(origin, token);
  const full = await sendLoad(origin, bookingRequests(product), SECONDS);
  await caughtUp(origin);
  return { full, lag: await lagUnderLoad(origin, product, Math.max(1, Math.round(full.perSecond * SHARE))) };
};

/** Engines that nobody else uses, in place of those that may be up. */
const onOwnEngines = async <T>(work: () => Promise<T>): Promise<T> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-engines-'));
  process.env.ENGINES_DIR = dir;
  try {
    const failures = await bringUp(
      dir,
      allEngines,
      allEngines.map((engine) => ({ engine })),
      (line) => console.log(line),
    );
    for (const { error } of failures) throw error;
    return await work();
  } finally {
    await takeDown(dir, allEngines, allEngines);
    delete process.env.ENGINES_DIR;
    await rm(dir, { recursive: true, force: true });
  }
};

const onCluster = async (): Promise<Measured> => {
  const cluster = await startCluster({ READ_AFTER_TIMEOUT_MS: '30000' });
  try {
    return await measure(cluster.origin, cluster.token);
  } finally {
    await cluster.close();
  }
};

const onEmbedded = async (): Promise<Measured> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const platform = await startPlatform(join(directory, 'data'));
  try {
    return await measure(platform.origin, await signIn(platform));
  } finally {
    await platform.stop();
    await rm(directory, { recursive: true });
  }
};
