import type { EventStore } from '../event-store/event-store.ts';
import { schemeOf } from '../url-scheme.ts';
import type { EventBus } from './event-bus.ts';
import { openKafkaEventBus } from './kafka/kafka-event-bus.ts';
import { openLogEventBus } from './log/log-event-bus.ts';

export interface EventBusConfig {
  /** `kafka://[user:password@]host:port[,host:port]?…` (kafka/kafka-settings.ts); unset: the embedded bus. */
  readonly url?: string;
  readonly dataDir: string;
  /** Told of what goes wrong and is being dealt with. */
  readonly onWarning?: (message: string, error?: unknown) => void;
}

/**
 * Opens the event bus that `url` names: unset = the embedded one over the event store's own log.
 * @throws Error when the URL's scheme is unknown, `<dataDir>/bus.db` can't be opened, or Kafka is away or not as the URL says.
 */
export const openEventBus = (config: EventBusConfig, eventStore: EventStore): Promise<EventBus> => {
  const { url, dataDir, onWarning } = config;
  if (url === undefined || url === '') return openLogEventBus(dataDir, eventStore);
  if (url.startsWith('kafka:')) return openKafkaEventBus(url, onWarning);
  const scheme = schemeOf(url);
  return Promise.reject(
    new Error(`EVENT_BUS_URL: unknown scheme "${scheme}"; leave it unset for the embedded event bus`),
  );
};
