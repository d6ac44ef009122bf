import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { eventStoreContract } from './event-store-contract.ts';

eventStoreContract('embedded (SQLite)', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'event-store-'));
  let store = await openEventStore({ dataDir });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openEventStore({ dataDir });
      return store;
    },
    close: async () => {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
});

it('refuses a URL of an unknown scheme, naming the variable', async () => {
  await expect(openEventStore({ url: 'postgres://localhost/events', dataDir: tmpdir() })).rejects.toThrow(
    'EVENT_STORE_URL: unknown scheme "postgres:"',
  );
});
