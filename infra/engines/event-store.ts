import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from './engine.ts';

/** A program of the tests, started and never imported. */
const server = join(fileURLToPath(new URL('../../tests/engines/event-store', import.meta.url)), 'server.ts');
/** By its path, because the server starts in the folder of its data; as CommonJS, which starts in half the time. */
const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cjs/index.cjs', import.meta.url));

/** Stands in for EventStoreDB, which no package registry has: the protocol is its own, the log is SQLite. */
export const eventStore: Engine = {
  name: 'event-store',
  title: 'our stand-in for EventStoreDB',
  variable: 'EVENT_STORE_URL',
  prepare: async () => undefined,
  launch: async ({ dir, port }) => ({
    program: process.execPath,
    args: ['--require', tsx, '--eval', `require(${JSON.stringify(server)})`],
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
