import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStore } from '../../../infra/engines/event-store.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { eventStoreContract } from './event-store-contract.ts';

eventStoreContract('EventStoreDB (against the stand-in)', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'esdb-'));
  const engine = await startEngine(eventStore, { dir });
  const open = () => openEventStore({ url: engine.url, dataDir: dir });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    close: async () => {
      await store.close();
      await engine.stop();
      await rm(dir, { recursive: true });
    },
  };
});
