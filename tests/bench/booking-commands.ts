import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../infra/engines/start-engine.ts';
import { startPlatform } from '../platform/start-platform.ts';
import { bookingRequests, createBookableProduct } from './bookable-product.ts';
import { type Load, sendLoad, withPeer } from './load.ts';
import type { Bench, Row } from './report.ts';

const SECONDS = 6;
const PEERS = 'tests/bench/peers';

/** The peers' body for the same booking. */
const plainRequests = (departures: number) =>
  Array.from({ length: departures }, (_, index) => ({
    method: 'POST' as const,
    path: '/',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      productId: '0b8f0f6e-0000-4000-8000-000000000000',
      optionId: 'standard',
      availabilityId: `2026-12-${index}`,
      units: [{ id: 'adult', quantity: 2 }],
    }),
  }));

/** Bookings held a second: durable, over HTTP, on 64 connections, spread over 64 departures. */
export const bookingCommands: Bench = {
  name: 'booking-commands',
  run: async (): Promise<readonly Row[]> => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const bare = await onPeer(`${PEERS}/bare.mjs`, []);
      const emmett = await onPeer(emmettPeer(), [join(directory, 'emmett.db')]);
      const ours = await onPlatform(join(directory, 'data'));
      const tell = ({ perSecond, p50, p99, failed }: Load) =>
        `${Math.round(perSecond)}/s, p50 ${p50} ms, p99 ${p99} ms${failed > 0 ? `, ${failed} failed` : ''}`;
      const toBare = ours.perSecond / bare.perSecond;
      const toEmmett = ours.perSecond / emmett.perSecond;
      return [
        {
          bench: 'booking command (durable) / bare Koa + zod POST',
          ours: tell(ours),
          against: tell(bare),
          ratio: toBare,
          aim: '>= 0.40',
          met: toBare >= 0.4,
        },
        {
          bench: 'booking command (durable) / the same on Emmett 0.38.5 with SQLite',
          ours: tell(ours),
          against: tell(emmett),
          ratio: toEmmett,
          aim: '>= 3',
          met: toEmmett >= 3,
        },
      ];
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

const onPeer = async (script: string, args: readonly string[]): Promise<Load> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  return withPeer(script, [String(port), ...args], origin, () => sendLoad(origin, plainRequests(64), SECONDS));
};

const onPlatform = async (dataDir: string): Promise<Load> => {
  const platform = await startPlatform(dataDir);
  try {
    const product = await createBookableProduct(platform);
    return await sendLoad(platform.origin, bookingRequests(product), SECONDS);
  } finally {
    await platform.stop();
  }
};

/** The peer is kept out of the product's dependencies and installed when it is first needed. */
const emmettPeer = (): string => {
  const folder = `${PEERS}/emmett`;
  if (!existsSync(`${folder}/node_modules`)) execFileSync('npm', ['ci'], { cwd: folder, stdio: 'inherit' });
  return `${folder}/server.mjs`;
};
