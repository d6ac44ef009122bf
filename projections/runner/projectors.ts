import { hostname } from 'node:os';
import type { Documents } from '../../infra/documents/documents.ts';

/** A process that runs views, as the others know it. */
export interface Projector {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** Whether it takes its share of the views; otherwise it is there for one command. */
  readonly shares: boolean;
  /** Changes while it lives. */
  readonly beat: number;
}

const COLLECTION = 'projectors';
/** A projector that has not moved for so long is taken for dead. Short: being wrong costs nothing, since every commit is fenced. */
const DEAD_AFTER_MS = 3_000;
const BEATS_A_LIFE = 6;

/**
 * Who runs views. Each projector changes its document twice a second; who sees one unchanged for three seconds by the
 * own watch takes it for dead, so that clocks need not agree and may jump.
 */
export class Projectors {
  readonly #documents: Documents;
  readonly #self: Omit<Projector, 'beat'>;
  readonly #seen = new Map<string, { readonly beat: number; readonly since: number }>();
  readonly #deadAfterMs: number;
  #beats = 0;

  constructor(documents: Documents, owner: string, shares: boolean, deadAfterMs = DEAD_AFTER_MS) {
    this.#documents = documents;
    this.#deadAfterMs = deadAfterMs;
    this.#self = { owner, host: hostname(), pid: process.pid, shares };
  }

  /** Creates the collection. Before anything else. */
  static ensure(documents: Documents): Promise<void> {
    return documents.ensure({ name: COLLECTION, indexes: [] });
  }

  /** How often it must beat. */
  get beatEveryMs(): number {
    return this.#deadAfterMs / BEATS_A_LIFE;
  }

  /** All that said they are there, dead or alive, by owner. */
  static async known(documents: Documents): Promise<ReadonlyMap<string, Projector>> {
    const { items } = await documents.find<Projector>(COLLECTION);
    return new Map(items.map((projector) => [projector.owner, projector]));
  }

  /** Tells the others that this one is there. */
  beat(): Promise<void> {
    const projector: Projector = { ...this.#self, beat: ++this.#beats };
    return this.#documents.commit([{ collection: COLLECTION, id: projector.owner, put: { ...projector } }]);
  }

  leave(): Promise<void> {
    return this.#forget([this.#self.owner]);
  }

  /** Those that live, by owner. Forgets the dead ones; should one only have slept, its next beat brings it back. */
  async alive(): Promise<ReadonlyMap<string, Projector>> {
    const known = await Projectors.known(this.#documents);
    const alive = new Map([...known].filter(([, projector]) => this.#lives(projector)));
    const dead = [...known.keys()].filter((owner) => !alive.has(owner));
    for (const owner of this.#seen.keys()) if (!alive.has(owner)) this.#seen.delete(owner);
    if (dead.length > 0) await this.#forget(dead);
    return alive;
  }

  #lives({ owner, host, pid, beat }: Projector): boolean {
    if (owner === this.#self.owner) return true;
    // After a kill -9 on this machine nobody needs to wait.
    if (host === this.#self.host && isGone(pid)) return false;
    const now = performance.now();
    const seen = this.#seen.get(owner);
    if (seen?.beat === beat) return now - seen.since < this.#deadAfterMs;
    this.#seen.set(owner, { beat, since: now });
    return true;
  }

  #forget(owners: readonly string[]): Promise<void> {
    return this.#documents.commit(owners.map((id) => ({ collection: COLLECTION, id, remove: true })));
  }
}

/** Where a projector runs, for people: `host:pid`. Undefined when it is known to be dead. */
export const whereabouts = ({ host, pid }: Projector): string | undefined =>
  host === hostname() && isGone(pid) ? undefined : `${host}:${pid}`;

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};
