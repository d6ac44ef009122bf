import type { Client, estypes } from '@elastic/elasticsearch';
import { type IndexSchema, InvalidSearchError, type SearchDocument, type SearchWrite } from '../search.ts';
import { isPassing, NoRoomError, persistently } from './calls.ts';
import { completionOf } from './suggest.ts';

/** Bounds of one request: the engine keeps it whole in memory. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_WRITES = 1_000;
/** Requests on their way at once. */
const LANES = 3;

interface Line {
  readonly id: string;
  /** Action and document, each a line of JSON. */
  readonly lines: readonly string[];
  readonly bytes: number;
}

/**
 * Writes in requests of bounded size, and again what the engine had no room for. Versions that are not above the stored one are
 * skipped. Visible to queries when resolved.
 * @throws SearchUnavailableError when not all could be written in time; InvalidSearchError when the engine refuses a document.
 */
export const writeAll = async (
  client: Client,
  alias: string,
  schema: IndexSchema,
  writes: readonly SearchWrite[],
  withinMs: number,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  const left = (): number => Math.max(1, deadline - Date.now());
  const chunks = [...chunksOf(schema, writes)];
  // One request can refresh by itself; after several, one refresh shows them all.
  const refresh = chunks.length === 1;
  const queue = chunks.values();
  const lane = async (): Promise<void> => {
    for (const chunk of queue) await writeChunk(client, alias, chunk, refresh, left);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (!refresh)
    await persistently(left(), (requestTimeout) => client.indices.refresh({ index: alias }, { requestTimeout }));
};

const writeChunk = async (
  client: Client,
  alias: string,
  chunk: readonly Line[],
  refresh: boolean,
  left: () => number,
): Promise<void> => {
  let rest = chunk;
  await persistently(left(), async (requestTimeout) => {
    const { errors, items } = await client.bulk(
      {
        index: alias,
        // Through the alias only, so that a dropped index is not made again with fields of the engine's choice.
        require_alias: true,
        refresh,
        operations: rest.flatMap(({ lines }) => lines),
        filter_path: ['errors', 'items.*.status', 'items.*.error.type', 'items.*.error.reason'],
      },
      { requestTimeout },
    );
    if (!errors) return;
    rest = refused(rest, items);
    if (rest.length > 0) throw new NoRoomError(`no room for ${rest.length} writes`);
  });
};

/** What is to be sent again. @throws InvalidSearchError */
const refused = (sent: readonly Line[], items: estypes.BulkResponse['items']): Line[] =>
  sent.filter(({ id }, at) => {
    const { status = 503, error } = items[at]?.index ?? {};
    // 409: as new a version, or a newer one, is there.
    if (error === undefined || status === 409) return false;
    if (isPassing(status)) return true;
    if (error.type === 'index_not_found_exception') throw new InvalidSearchError('index: it is gone; ensure it first');
    throw new InvalidSearchError(`${id}: the search engine refuses it: ${error.reason ?? error.type}`);
  });

function* chunksOf(schema: IndexSchema, writes: readonly SearchWrite[]): Generator<readonly Line[]> {
  let chunk: Line[] = [];
  let bytes = 0;
  for (const write of newest(writes)) {
    const line = lineOf(schema, write);
    if (chunk.length > 0 && (chunk.length === MOST_WRITES || bytes + line.bytes > MOST_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(line);
    bytes += line.bytes;
  }
  if (chunk.length > 0) yield chunk;
}

/** Requests overtake each other, so no id comes in two of them. */
const newest = (writes: readonly SearchWrite[]): Iterable<SearchWrite> => {
  const byId = new Map<string, SearchWrite>();
  for (const write of writes) {
    const { id, version } = identityOf(write);
    const before = byId.get(id);
    if (before === undefined || version > identityOf(before).version) byId.set(id, write);
  }
  return byId.values();
};

const identityOf = (write: SearchWrite): { readonly id: string; readonly version: number } =>
  'put' in write ? write.put : write.remove;

/** The stored form of a document, its version being the engine's own. */
export type StoredDocument = Omit<SearchDocument, 'version'>;

/**
 * A removed document stays as an empty one: Elasticsearch forgets the version of a deleted one after a minute, and would take
 * an older write again.
 */
const lineOf = (schema: IndexSchema, write: SearchWrite): Line => {
  const { id, version } = identityOf(write);
  const action = JSON.stringify({ index: { _id: id, version, version_type: 'external' } });
  let stored: StoredDocument | undefined;
  if ('put' in write) {
    const { version: _, ...document } = write.put;
    stored = { ...document, ...completionOf(schema, write.put) };
  }
  const document = JSON.stringify(stored ?? {});
  return { id, lines: [action, document], bytes: Buffer.byteLength(action) + Buffer.byteLength(document) + 2 };
};
