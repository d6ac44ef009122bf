import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';

// A member of a consumer group in a process of its own, for tests to kill. Prints the ids that it has handled, one a line.
const [url = '', dataDir = '', group = ''] = process.argv.slice(2);
const bus = await openEventBus({ url, dataDir }, await openEventStore({ dataDir }));
bus.consume({
  group,
  topics: ['spirit.booking'],
  onBatch: async ({ partition, events }) => {
    process.stdout.write(`partition ${partition}\n${events.map(({ id }) => `${id}\n`).join('')}`);
  },
});
