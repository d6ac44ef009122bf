import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caughtUp, startPlatform } from '../platform/start-platform.ts';
import { type BookableProduct, bookingRequests, createBookableProduct } from './bookable-product.ts';
import { sendLoad } from './load.ts';
import { type Bench, percentile } from './report.ts';

const PROBES = 150;

export interface LagUnderLoad {
  /** Bookings a second beside the probes. */
  readonly perSecond: number;
  /** Milliseconds from each command's answer to that of the query which shows it. */
  readonly lags: readonly number[];
}

/** Places bookings and looks each up at once, while bookings come at a rate. */
export const lagUnderLoad = async (
  origin: string,
  product: BookableProduct,
  amountPerSecond: number,
): Promise<LagUnderLoad> => {
  const requests = bookingRequests(product);
  const beside = sendLoad(origin, requests, 8, amountPerSecond);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const lags: number[] = [];
  for (let probe = 0; probe < PROBES; probe++) {
    const request = requests[probe % requests.length];
    if (request === undefined) continue;
    const { path, ...init } = request;
    const placed = await fetch(`${origin}${path}`, init);
    const { id } = (await placed.json()) as { id: string };
    const answeredAt = performance.now();
    const seen = await fetch(`${origin}/v1/bookings/${id}`, {
      headers: { ...product.headers, 'x-read-after': placed.headers.get('x-consistency-token') ?? '' },
    });
    await seen.arrayBuffer();
    if (!seen.ok) throw new Error(`the view did not show the booking: ${seen.status}`);
    lags.push(performance.now() - answeredAt);
  }
  return { perSecond: (await beside).perSecond, lags };
};

/** How long after a command's answer its view shows it, while bookings come at half of what the platform takes. */
export const viewLag: Bench = {
  name: 'view-lag',
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    const platform = await startPlatform(join(directory, 'data'));
    try {
      const product = await createBookableProduct(platform);
      const requests = bookingRequests(product);
      const full = await sendLoad(platform.origin, requests, 3);
      await caughtUp(platform.origin);

      const { lags, perSecond } = await lagUnderLoad(platform.origin, product, Math.round(full.perSecond / 2));
      const p99 = percentile(lags, 0.99);
      return [
        {
          bench: `command to view, with ${Math.round(perSecond)} bookings/s beside it (half of full load)`,
          ours: `p50 ${percentile(lags, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
          against: '100 ms',
          ratio: p99 / 100,
          aim: 'p99 < 100 ms',
          met: p99 < 100,
        },
      ];
    } finally {
      await platform.stop();
      await rm(directory, { recursive: true });
    }
  },
};
