import { schemeOf } from '../url-scheme.ts';
import { openEsdbEventStore } from './esdb/esdb-event-store.ts';
import type { EventStore } from './event-store.ts';
import { openSqliteEventStore } from './sqlite/sqlite-event-store.ts';

/**
 * Opens the event store that `url` names: unset = the embedded one, `<dataDir>/events.db`; `esdb://` and
 * `esdb+discover://` = EventStoreDB, which may be away yet.
 * @param config.maxBytes largest size of the embedded file; beyond it writes are refused as on a full disk.
 * @throws Error when the URL's scheme is unknown or the file can't be opened.
 */
export const openEventStore = async (config: {
  url?: string;
  dataDir: string;
  maxBytes?: number;
}): Promise<EventStore> => {
  const { url, ...embedded } = config;
  if (url === undefined || url === '') return openSqliteEventStore(embedded);
  const scheme = schemeOf(url);
  if (scheme === 'esdb:' || scheme === 'esdb+discover:') return openEsdbEventStore({ url });
  throw new Error(`EVENT_STORE_URL: unknown scheme "${scheme}"; leave it unset for the embedded event store`);
};
