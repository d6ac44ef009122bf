import type { EventStore } from './event-store.ts';
import { openSqliteEventStore } from './sqlite/sqlite-event-store.ts';

/**
 * Opens the event store that `url` names: unset = the embedded one, `<dataDir>/events.db`.
 * @param config.maxBytes largest size of the embedded file; beyond it writes are refused as on a full disk.
 * @throws Error when the URL's scheme is unknown or the file can't be opened.
 */
export const openEventStore = (config: { url?: string; dataDir: string; maxBytes?: number }): Promise<EventStore> => {
  const { url, ...embedded } = config;
  if (url !== undefined && url !== '') {
    const scheme = url.slice(0, url.indexOf(':') + 1) || url;
    return Promise.reject(
      new Error(`EVENT_STORE_URL: unknown scheme "${scheme}"; leave it unset for the embedded event store`),
    );
  }
  return openSqliteEventStore(embedded);
};
