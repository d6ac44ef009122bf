import { tmpdir } from 'node:os';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { aServer, serverName } from '../../engines/event-store/a-server.ts';
import { eventStoreContract } from './event-store-contract.ts';

eventStoreContract(`EventStoreDB (against ${serverName()})`, async () => {
  const server = await aServer();
  const open = () => openEventStore({ url: server.url, dataDir: tmpdir() });
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
      await server.stop();
    },
  };
});
