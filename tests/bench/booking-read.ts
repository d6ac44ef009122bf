import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../infra/engines/start-engine.ts';
import { startPlatform } from '../platform/start-platform.ts';
import { bookingRequests, createBookableProduct } from './bookable-product.ts';
import { sendLoad, withPeer } from './load.ts';
import type { Bench } from './report.ts';

const SECONDS = 5;

/** GET of a booking against a bare Koa that answers with the same bytes. */
export const bookingRead: Bench = {
  name: 'booking-read',
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    const platform = await startPlatform(join(directory, 'data'));
    try {
      const product = await createBookableProduct(platform);
      const paths: string[] = [];
      let bytes = '';
      for (const request of bookingRequests(product)) {
        const { path, ...init } = request;
        const placed = await fetch(`${platform.origin}${path}`, init);
        const { id } = (await placed.json()) as { id: string };
        const after = { ...product.headers, 'x-read-after': placed.headers.get('x-consistency-token') ?? '' };
        bytes = await (await fetch(`${platform.origin}/v1/bookings/${id}`, { headers: after })).text();
        paths.push(`/v1/bookings/${id}`);
      }
      const { authorization = '' } = product.headers;
      const ours = await sendLoad(
        platform.origin,
        paths.map((path) => ({ method: 'GET', path, headers: { authorization } })),
        SECONDS,
      );
      const file = join(directory, 'booking.json');
      await writeFile(file, bytes);
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const bare = await withPeer('tests/bench/peers/bare.mjs', [String(port), file], origin, () =>
        sendLoad(origin, [{ method: 'GET', path: '/' }], SECONDS),
      );
      const ratio = ours.perSecond / bare.perSecond;
      return [
        {
          bench: `GET booking (${bytes.length} bytes) / bare Koa GET of the same bytes`,
          ours: `${Math.round(ours.perSecond)}/s, p99 ${ours.p99} ms${ours.failed > 0 ? `, ${ours.failed} failed` : ''}`,
          against: `${Math.round(bare.perSecond)}/s, p99 ${bare.p99} ms`,
          ratio,
          aim: '>= 0.70',
          met: ratio >= 0.7,
        },
      ];
    } finally {
      await platform.stop();
      await rm(directory, { recursive: true });
    }
  },
};
