import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { eventBusContract } from './event-bus-contract.ts';

eventBusContract('embedded (the log itself)', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'event-bus-'));
  const store = await openEventStore({ dataDir });
  let bus = await openEventBus({ dataDir }, store);
  return {
    store,
    bus,
    reopen: async () => {
      await bus.close();
      bus = await openEventBus({ dataDir }, store);
      return bus;
    },
    close: async () => {
      await bus.close();
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
});

it('refuses a URL of an unknown scheme, naming the variable', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'event-bus-url-'));
  const store = await openEventStore({ dataDir });
  await expect(openEventBus({ url: 'amqp://localhost', dataDir }, store)).rejects.toThrow(
    'EVENT_BUS_URL: unknown scheme "amqp:"',
  );
  await store.close();
  await rm(dataDir, { recursive: true });
});
