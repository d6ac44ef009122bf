import { type Documents, DuplicateKeyError, type Write } from '../../infra/documents/documents.ts';

/** Which projector writes a view. */
interface LeaseDocument {
  /** A unique index on it lets one owner in. */
  readonly view: string;
  readonly owner: string;
  /** Changes with every commit: a write that changed nothing would not collide with another's that removes it. */
  readonly commits: number;
}

const COLLECTION = 'view-leases';

/**
 * Lets one projector at a time write a view. A lease is a document of its owner under a unique index, and each commit
 * to the view writes it in the same transaction: who lost it unknowingly cannot write any more (`DuplicateKeyError`),
 * so two never both change a view. Leases do not run out; they are taken from projectors that are dead (`Projectors`).
 */
export class ViewLeases {
  readonly #documents: Documents;
  readonly #owner: string;
  #commits = 0;

  constructor(documents: Documents, owner: string) {
    this.#documents = documents;
    this.#owner = owner;
  }

  /** Creates the collection. Before anything else. */
  static ensure(documents: Documents): Promise<void> {
    return documents.ensure({ name: COLLECTION, indexes: [{ fields: ['view'], unique: true }] });
  }

  /** The owner of each view that has one, dead or alive. */
  static async holders(documents: Documents): Promise<ReadonlyMap<string, string>> {
    const { items } = await documents.find<LeaseDocument>(COLLECTION);
    return new Map(items.map(({ view, owner }) => [view, owner]));
  }

  /** Takes a view that nobody has, or from the one given. True when it is ours now. */
  async take(view: string, from: string | undefined): Promise<boolean> {
    const remove: readonly Write[] =
      from === undefined || from === this.#owner
        ? []
        : [{ collection: COLLECTION, id: leaseId(view, from), remove: true }];
    try {
      await this.#documents.commit([...remove, this.fence(view)]);
      return true;
    } catch (error) {
      if (error instanceof DuplicateKeyError) return false;
      throw error;
    }
  }

  /** Goes into every commit to the view: refuses it when another projector has taken over. */
  fence(view: string): Write {
    const lease: LeaseDocument = { view, owner: this.#owner, commits: ++this.#commits };
    return { collection: COLLECTION, id: leaseId(view, this.#owner), put: { ...lease } };
  }

  /** Gives views back, those that are held. */
  release(views: readonly string[]): Promise<void> {
    return this.#documents.commit(
      views.map((view): Write => ({ collection: COLLECTION, id: leaseId(view, this.#owner), remove: true })),
    );
  }
}

const leaseId = (view: string, owner: string): string => `${view}:${owner}`;
