import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { eventBusContract } from './event-bus-contract.ts';
import { deleteTopics, newPrefix } from './kafka-topics.ts';

const kafka = engineUrl('EVENT_BUS_URL');

describe.runIf(kafka !== undefined)('on Kafka', () => {
  eventBusContract('Kafka', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'event-bus-'));
    const store = await openEventStore({ dataDir });
    const topicPrefix = newPrefix();
    const url = `${kafka}?topicPrefix=${topicPrefix}`;
    let bus = await openEventBus({ url, dataDir }, store);
    return {
      store,
      bus,
      reopen: async () => {
        await bus.close();
        bus = await openEventBus({ url, dataDir }, store);
        return bus;
      },
      close: async () => {
        await bus.close();
        await store.close();
        await deleteTopics(kafka ?? '', topicPrefix);
        await rm(dataDir, { recursive: true });
      },
    };
  });
});
