import type { Documents } from '../../infra/documents/documents.ts';

/** Raised by the fault injection: the process may as well have died here. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

export interface FailingDocuments extends Documents {
  /** The next commits fail as told: before anything is written, or after everything is (the acknowledgement is lost). */
  failNext(...faults: readonly ('before' | 'after' | 'none')[]): void;
  /** Commits wait until the returned function is called: the process sleeps. */
  sleep(): () => void;
  /** From now on nothing is read or written any more: the process is dead. */
  die(): void;
  /** Takes back the faults that no commit has met. */
  forget(): void;
}

/** A real document store that loses commits, or their acknowledgements, when told to. */
export const failingDocuments = (documents: Documents): FailingDocuments => {
  const faults: ('before' | 'after' | 'none')[] = [];
  let awake: Promise<void> = Promise.resolve();
  let dead = false;
  const living = (): Documents => {
    if (dead) throw new InjectedFault('the process is dead');
    return documents;
  };
  return {
    ensure: async (spec) => living().ensure(spec),
    drop: async (collection) => living().drop(collection),
    collections: async () => living().collections(),
    get: async (collection, id) => living().get(collection, id),
    getMany: async (collection, ids) => living().getMany(collection, ids),
    find: async (collection, options) => living().find(collection, options),
    count: async (collection, filter) => living().count(collection, filter),
    scan: (collection) => living().scan(collection),
    close: () => documents.close(),
    commit: async (writes) => {
      const fault = faults.shift() ?? 'none';
      if (fault === 'before') throw new InjectedFault('nothing was written');
      await awake;
      await living().commit(writes);
      if (fault === 'after') throw new InjectedFault('everything was written, nobody was told');
    },
    failNext: (...next) => {
      faults.push(...next);
    },
    sleep: () => {
      let wake = (): void => undefined;
      awake = new Promise<void>((resolve) => {
        wake = resolve;
      });
      return wake;
    },
    die: () => {
      dead = true;
    },
    forget: () => {
      faults.length = 0;
    },
  };
};
