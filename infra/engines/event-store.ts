import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Engine } from './engine.ts';

const server = fileURLToPath(new URL('../../tests/engines/event-store/server.ts', import.meta.url));
/** By its URL, because the server starts in the folder of its data. */
const tsx = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

/** Stands in for EventStoreDB, which no package registry has: the protocol is its own, the log is SQLite. */
export const eventStore: Engine = {
  name: 'event-store',
  variable: 'EVENT_STORE_URL',
  prepare: async () => undefined,
  launch: async ({ dir, port }) => ({
    program: process.execPath,
    args: ['--import', tsx, server],
    env: { DATA_DIR: dir, PORT: String(port) },
  }),
  url: (port) => `esdb://127.0.0.1:${port}?tls=false`,
  isReady: (port) =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
      const answer = (ready: boolean) => () => {
        socket.destroy();
        resolve(ready);
      };
      socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
    }),
};
