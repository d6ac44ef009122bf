import { isDeepStrictEqual } from 'node:util';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { openSubjectKeys } from '../../../infra/personal-data/open-subject-keys.ts';
import { sealedEventStore } from '../../../infra/personal-data/sealed-event-store.ts';
import type { Projection } from '../../../projections/runner/projection.ts';
import { buildName, VIEWS, type ViewRecord } from '../../../projections/runner/view-records.ts';
import { cleanReplay, contentOf } from '../../projections/clean-replay.ts';

/**
 * The stores of a data directory, read beside the platform that runs on them.
 * @param env the engines' URLs, where it is not embedded
 */
export const openBeside = async (dataDir: string, env: Readonly<Record<string, string>> = {}) => {
  const at = (variable: 'EVENT_STORE_URL' | 'DOCUMENTS_URL') => {
    const url = env[variable];
    return url === undefined ? { dataDir } : { dataDir, url };
  };
  const log = await openEventStore(at('EVENT_STORE_URL'));
  const documents = await openDocuments(at('DOCUMENTS_URL'));
  const keys = await openSubjectKeys(at('DOCUMENTS_URL'));
  const eventStore = sealedEventStore(log, keys);
  return {
    /** Position of the last event that is there now. */
    head: async (): Promise<number> => {
      let last = 0;
      for await (const batch of log.readAll({ after: await log.headPosition() })) last = batch.at(-1)?.position ?? last;
      return Math.max(last, await log.headPosition());
    },
    log: async (): Promise<readonly RecordedEvent[]> => {
      const all: RecordedEvent[] = [];
      for await (const batch of eventStore.readAll()) all.push(...batch);
      return all;
    },
    /** Documents and cells that differ from a fold of the log, by view. Empty: the view is what the log says. */
    differences: async (projection: Projection, events: readonly RecordedEvent[]): Promise<readonly string[]> => {
      const record = await documents.get<ViewRecord>(VIEWS, projection.name);
      if (record === undefined) return [`${projection.name} has no build`];
      const shown = await contentOf(documents, projection, buildName(projection.name, record.live));
      const folded = cleanReplay(
        projection,
        events.filter(({ type }) => projection.handles.includes(type)),
      );
      return [
        ...unequal(projection.name, shown.documents, folded.documents),
        ...Object.keys(folded.cells).flatMap((rollup) =>
          unequal(`${projection.name}.${rollup}`, shown.cells[rollup] ?? {}, folded.cells[rollup] ?? {}),
        ),
      ];
    },
    close: async () => {
      await log.close();
      await documents.close();
      await keys.close();
    },
  };
};

const unequal = (
  name: string,
  shown: Readonly<Record<string, unknown>>,
  folded: Readonly<Record<string, unknown>>,
): readonly string[] =>
  [...new Set([...Object.keys(shown), ...Object.keys(folded)])]
    .filter((id) => !isDeepStrictEqual(shown[id], folded[id]))
    .map((id) => `${name} ${id}: shows ${JSON.stringify(shown[id])}, the log says ${JSON.stringify(folded[id])}`);
