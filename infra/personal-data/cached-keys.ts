import { LRUCache } from 'lru-cache';

/** A key destroyed by another process is known here no longer than this. */
const CACHE_MS = 5_000;

/** Remembers for a while what `load` finds by id. */
export const cachedKeys = (load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>) => {
  const cache = new LRUCache<string, Buffer>({ max: 50_000, ttl: CACHE_MS });
  return {
    findMany: async (ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> => {
      const found = new Map<string, Buffer>();
      const unknown: string[] = [];
      for (const id of new Set(ids)) {
        const key = cache.get(id);
        if (key === undefined) unknown.push(id);
        else found.set(id, key);
      }
      if (unknown.length === 0) return found;
      for (const [id, key] of await load(unknown)) {
        cache.set(id, key);
        found.set(id, key);
      }
      return found;
    },
    forget: (ids: readonly string[]): void => {
      for (const id of ids) cache.delete(id);
    },
  };
};
