import type { EventStore } from '../event-store/event-store.ts';
import type { EventBus } from './event-bus.ts';
import { openLogEventBus } from './log/log-event-bus.ts';

/**
 * Opens the event bus that `url` names: unset = the embedded one over the event store's own log.
 * @throws Error when the URL's scheme is unknown or `<dataDir>/bus.db` can't be opened.
 */
export const openEventBus = (config: { url?: string; dataDir: string }, eventStore: EventStore): Promise<EventBus> => {
  const { url, dataDir } = config;
  if (url !== undefined && url !== '') {
    const scheme = url.slice(0, url.indexOf(':') + 1) || url;
    return Promise.reject(
      new Error(`EVENT_BUS_URL: unknown scheme "${scheme}"; leave it unset for the embedded event bus`),
    );
  }
  return openLogEventBus(dataDir, eventStore);
};
