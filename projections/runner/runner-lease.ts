import { hostname } from 'node:os';
import { type Documents, DuplicateKeyError, type Write } from '../../infra/documents/documents.ts';

/** Who runs the projections. */
export interface LeaseDocument {
  readonly owner: string;
  /** Always the same: a unique index on it lets one owner in. */
  readonly slot: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly renewedAt: number;
}

const COLLECTION = 'view-runner';
const SLOT = 'runner';
/** A runner that has not renewed for so long is taken for dead. Short: being wrong costs nothing, since every commit is fenced. */
export const LEASE_MS = 3_000;

/**
 * Lets one process at a time run the projections. The lease is one document under a unique index, and each commit of
 * the runner renews it in the same transaction: a runner that lost it unknowingly cannot write any more
 * (`DuplicateKeyError`), so two never both change a view.
 */
export class RunnerLease {
  readonly #documents: Documents;
  readonly #owner: string;
  readonly #now: () => number;

  constructor(documents: Documents, owner: string, now: () => number = Date.now) {
    this.#documents = documents;
    this.#owner = owner;
    this.#now = now;
  }

  /** Creates the collection. Before anything else. */
  static ensure(documents: Documents): Promise<void> {
    return documents.ensure({ name: COLLECTION, indexes: [{ fields: ['slot'], unique: true }] });
  }

  /** The holder whose lease has not run out. */
  static async holder(documents: Documents, now = Date.now()): Promise<LeaseDocument | undefined> {
    const { items } = await documents.find<LeaseDocument>(COLLECTION, { filter: { slot: SLOT }, limit: 1 });
    const [lease] = items;
    return lease !== undefined && alive(lease, now) ? lease : undefined;
  }

  /** True when it is ours now. */
  async acquire(): Promise<boolean> {
    const { items } = await this.#documents.find<LeaseDocument>(COLLECTION, { filter: { slot: SLOT }, limit: 1 });
    const [lease] = items;
    if (lease !== undefined && lease.owner !== this.#owner && alive(lease, this.#now())) return false;
    const removeDead: Write[] =
      lease === undefined || lease.owner === this.#owner
        ? []
        : [{ collection: COLLECTION, id: lease.owner, remove: true }];
    try {
      await this.#documents.commit([...removeDead, this.renewal()]);
      return true;
    } catch (error) {
      if (error instanceof DuplicateKeyError) return false;
      throw error;
    }
  }

  /** Goes into every commit: refuses it when another runner has taken over. */
  renewal(): Write {
    const lease: LeaseDocument = {
      owner: this.#owner,
      slot: SLOT,
      host: hostname(),
      pid: process.pid,
      renewedAt: this.#now(),
    };
    return { collection: COLLECTION, id: this.#owner, put: { ...lease } };
  }

  release(): Promise<void> {
    return this.#documents.commit([{ collection: COLLECTION, id: this.#owner, remove: true }]);
  }
}

const alive = (lease: LeaseDocument, now: number): boolean =>
  now - lease.renewedAt < LEASE_MS && !(lease.host === hostname() && isGone(lease.pid));

/** After a kill -9 on this machine nobody needs to wait for the lease to run out. */
const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};
