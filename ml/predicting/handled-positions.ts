import type { Documents } from '../../infra/documents/documents.ts';

const COLLECTION = 'ml-handled';

/** How far a consumer has come in each partition, kept apart from the bus: a log that is brought again from its start is no news. */
export interface HandledPositions {
  of(partition: string): Promise<number>;
  save(partition: string, position: number): Promise<void>;
}

/** The positions of one consumer group. */
export const handledPositions = async (documents: Documents, group: string): Promise<HandledPositions> => {
  await documents.ensure({ name: COLLECTION, indexes: [] });
  const idOf = (partition: string): string => `${group}:${partition}`;
  return {
    // Asked each time: another member of the group may have had the partition meanwhile.
    of: async (partition) => (await documents.get<{ position: number }>(COLLECTION, idOf(partition)))?.position ?? 0,
    save: (partition, position) =>
      documents.commit([{ collection: COLLECTION, id: idOf(partition), put: { group, partition, position } }]),
  };
};
