import { isDeepStrictEqual } from 'node:util';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { deterministicId } from '../../../contracts/ids.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { openSearch } from '../../../infra/search/open-search.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { buildName, indexName, VIEWS, type ViewRecord } from '../../../projections/runner/view-records.ts';
import { cleanReplay } from '../../projections/clean-replay.ts';
import type { BookingLoad, Done } from '../platform/booking-load.ts';
import { lostOf, seatFaults, type Truth } from '../platform/what-the-log-says.ts';
import type { Stage } from './engine-stage.ts';

type Acknowledged = Pick<BookingLoad, 'ledger'> & { readonly done: readonly Done[] };

const EVENT_OF = {
  place: 'booking.placed.v1',
  confirm: 'booking.confirmed.v1',
  cancel: 'booking.cancelled.v1',
  update: 'booking.updated.v1',
} as const;

/** What was acknowledged and is not in the log once, seats that do not add up, streams with a gap or a repeat. Empty: all is well. */
export const logFaults = (
  log: readonly RecordedEvent[],
  truth: Truth,
  load: Acknowledged,
  tenant: string,
): readonly string[] => [
  ...lostOf(load.ledger.values(), truth).map((fault) => `lost: ${fault}`),
  ...seatFaults(truth).map((fault) => `seats: ${fault}`),
  ...notOnce(log, load, tenant),
  ...gaps(log),
];

/** Acknowledged commands that the log has not, or more than once. An update may have found nothing to change. */
const notOnce = (log: readonly RecordedEvent[], { done }: Acknowledged, tenant: string): readonly string[] => {
  const times = new Map<string, number>();
  const of = (stream: string, type: string, command: string): string => `${stream} ${type} by ${command}`;
  for (const { stream, type, causationId } of log) {
    const key = of(stream, type, causationId);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return done.flatMap(({ id, step, key }) => {
    const what = of(`booking-${id}`, EVENT_OF[step], deterministicId(tenant, key));
    const found = times.get(what) ?? 0;
    return found === 1 || (step === 'update' && found === 0) ? [] : [`${what}: ${found} times in the log`];
  });
};

/** Events that are there twice, and streams with a gap or a repeat. */
const gaps = (log: readonly RecordedEvent[]): readonly string[] => {
  const next = new Map<string, number>();
  const ids = new Set<string>();
  return log.flatMap(({ id, stream, revision }) => {
    const due = next.get(stream) ?? 0;
    next.set(stream, revision + 1);
    const isKnown = ids.has(id);
    ids.add(id);
    return [
      ...(due === revision ? [] : [`${stream}: revision ${revision} where ${due} is due`]),
      ...(isKnown ? [`${stream}: the event ${id} is there twice`] : []),
    ];
  });
};

/** Documents of the search indexes that differ from a fold of the log, missing ones among them. Empty: all is well. */
export const searchFaults = async (
  { dataDir, direct }: Stage,
  log: readonly RecordedEvent[],
): Promise<readonly string[]> => {
  const documents = await openDocuments({ dataDir, url: direct.DOCUMENTS_URL });
  const search = await openSearch({ dataDir, url: direct.SEARCH_URL });
  try {
    const faults: string[] = [];
    for (const projection of allProjections) {
      if (projection.search === undefined) continue;
      const record = await documents.get<ViewRecord>(VIEWS, projection.name);
      if (record === undefined) {
        faults.push(`${projection.name} has no build`);
        continue;
      }
      const folded = Object.entries(cleanReplay(projection, log).documents);
      const index = indexName(buildName(projection.name, record.live));
      const shown = await search.getMany(
        index,
        folded.map(([id]) => id),
      );
      for (const [id, document] of folded) {
        const { version: _, ...found } = shown.get(id) ?? { version: 0 };
        const made = projection.search.toSearch(document as object);
        const due = made === undefined ? {} : JSON.parse(JSON.stringify({ ...made, id }));
        if (!isDeepStrictEqual(found, due))
          faults.push(`${index} ${id}: ${JSON.stringify(found)} is searched, not ${JSON.stringify(due)}`);
      }
    }
    return faults;
  } finally {
    await search.close();
    await documents.close();
  }
};
