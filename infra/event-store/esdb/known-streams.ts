import { LRUCache } from 'lru-cache';

/** All that stands in a stream, up to its last revision as far as we know. */
export interface KnownStream {
  revision: number;
  /** Revision of each event's id. */
  readonly places: Map<string, number>;
}

/** Some 25 MB. A stream with more events than this is read anew for each append. */
const REMEMBERED_EVENTS = 200_000;

/**
 * Which events stand in the streams of late. The server finds a repeat only right behind the revision that it expects;
 * the port promises to find it anywhere in its stream.
 */
export class KnownStreams {
  readonly #streams = new LRUCache<string, KnownStream>({
    maxSize: REMEMBERED_EVENTS,
    sizeCalculation: ({ places }) => places.size + 1,
  });

  get(stream: string): KnownStream | undefined {
    return this.#streams.get(stream);
  }

  /**
   * Takes in events that stand one behind the other.
   * @param from the revision with which it was read or written: what is before must be known, or there is nothing before.
   * @returns what is known then; undefined when there is a gap before `from`.
   */
  learn(
    stream: string,
    from: number,
    events: readonly { readonly id: string; readonly revision: number }[],
  ): KnownStream | undefined {
    const known = this.#streams.get(stream) ?? (from === 0 ? { revision: -1, places: new Map() } : undefined);
    if (known === undefined || from > known.revision + 1) return undefined;
    for (const { id, revision } of events) {
      if (revision <= known.revision) continue;
      known.places.set(id, revision);
      known.revision = revision;
    }
    this.#streams.delete(stream); // or its size would stay what it was
    this.#streams.set(stream, known);
    return known;
  }
}

/** Revision of the last of these events where they stand one behind the other; undefined when none is there. */
export const standing = (known: KnownStream, ids: readonly string[]): number | 'in part' | undefined => {
  if (known.places.size === 0) return undefined;
  let last: number | undefined;
  let found = 0;
  for (const id of ids) {
    const place = known.places.get(id);
    if (place === undefined) continue;
    if (last !== undefined && place !== last + 1) return 'in part';
    last = place;
    found++;
  }
  return found === 0 || found === ids.length ? last : 'in part';
};
