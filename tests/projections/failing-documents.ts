import type { Documents } from '../../infra/documents/documents.ts';

/** Raised by the fault injection: the process may as well have died here. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

export interface FailingDocuments extends Documents {
  /** The next commits fail as told: before anything is written, or after everything is (the acknowledgement is lost). */
  failNext(...faults: readonly ('before' | 'after' | 'none')[]): void;
  /** Takes back the faults that no commit has met. */
  forget(): void;
}

/** A real document store that loses commits, or their acknowledgements, when told to. */
export const failingDocuments = (documents: Documents): FailingDocuments => {
  const faults: ('before' | 'after' | 'none')[] = [];
  return {
    ensure: (spec) => documents.ensure(spec),
    drop: (collection) => documents.drop(collection),
    collections: () => documents.collections(),
    get: (collection, id) => documents.get(collection, id),
    getMany: (collection, ids) => documents.getMany(collection, ids),
    find: (collection, options) => documents.find(collection, options),
    count: (collection, filter) => documents.count(collection, filter),
    scan: (collection) => documents.scan(collection),
    close: () => documents.close(),
    commit: async (writes) => {
      const fault = faults.shift() ?? 'none';
      if (fault === 'before') throw new InjectedFault('nothing was written');
      await documents.commit(writes);
      if (fault === 'after') throw new InjectedFault('everything was written, nobody was told');
    },
    failNext: (...next) => {
      faults.push(...next);
    },
    forget: () => {
      faults.length = 0;
    },
  };
};
