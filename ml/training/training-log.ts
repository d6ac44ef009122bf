import type { Config } from '../../infra/config/config.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { openSubjectKeys } from '../../infra/personal-data/open-subject-keys.ts';
import { sealedEventStore } from '../../infra/personal-data/sealed-event-store.ts';

/** What a training process has to know of the configuration; plain data, so that it can be sent to one. */
export type TrainingConfig = Pick<Config, 'dataDir' | 'eventStoreUrl' | 'documentsUrl' | 'modelsDir'>;

/** The log with what is personal in it readable, beside a running platform. Whom it has forgotten stays forgotten. */
export const openTrainingLog = async (
  config: TrainingConfig,
): Promise<{ readonly eventStore: EventStore; readonly close: () => Promise<void> }> => {
  const { dataDir } = config;
  const at = (url: string | undefined) => (url === undefined ? { dataDir } : { url, dataDir });
  const keys = await openSubjectKeys(at(config.documentsUrl));
  const log = await openEventStore(at(config.eventStoreUrl));
  return {
    eventStore: sealedEventStore(log, keys),
    close: async () => {
      await log.close();
      await keys.close();
    },
  };
};
