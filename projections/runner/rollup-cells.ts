import { LRUCache } from 'lru-cache';
import type { Document, Documents, Write } from '../../infra/documents/documents.ts';
import type { Contribution } from './projection.ts';

interface Delta {
  readonly dimensions: Contribution['dimensions'];
  readonly measures: Record<string, number>;
}

/** `null`: known not to be there. */
type Cell = Document | null;

/**
 * The cells of one rollup of one build. Collects the difference that a batch makes and turns it into writes;
 * keeps the cells it has seen, since the runner is the only one to write them.
 */
export class RollupCells {
  readonly #documents: Documents;
  readonly #collection: string;
  readonly #sparse: boolean;
  readonly #cells: LRUCache<string, { readonly cell: Cell }>;
  /** Cells as they will stand when the batch is committed. */
  #pending = new Map<string, Cell>();
  /** Of a commit that is under way: the store may not show them yet. */
  #unsettled = new Map<string, Cell>();
  #deltas = new Map<string, Delta>();

  constructor(documents: Documents, collection: string, cached: number, sparse = false) {
    this.#documents = documents;
    this.#collection = collection;
    this.#sparse = sparse;
    this.#cells = new LRUCache({ max: cached });
  }

  /** Adds `sign` times what a document contributes. */
  add(contributions: readonly Contribution[], sign: 1 | -1): void {
    for (const { key, dimensions, measures } of contributions) {
      let delta = this.#deltas.get(key);
      if (delta === undefined) {
        delta = { dimensions, measures: {} };
        this.#deltas.set(key, delta);
      }
      for (const measure in measures)
        delta.measures[measure] = (delta.measures[measure] ?? 0) + sign * (measures[measure] ?? 0);
    }
  }

  /** Writes that carry the collected differences into the cells. Nothing is remembered before `committed`. */
  async writes(): Promise<readonly Write[]> {
    const changed = [...this.#deltas].filter(([, { measures }]) => Object.values(measures).some((n) => n !== 0));
    const unknown = changed.map(([key]) => key).filter((key) => !this.#cells.has(key) && !this.#unsettled.has(key));
    const stored = unknown.length === 0 ? new Map() : await this.#documents.getMany(this.#collection, unknown);
    return changed.map(([key, delta]) => {
      const before: Cell = this.#cells.get(key)?.cell ?? this.#unsettled.get(key) ?? stored.get(key) ?? null;
      const after = applied(before, delta, this.#sparse);
      this.#pending.set(key, after);
      return after === null
        ? { collection: this.#collection, id: key, remove: true }
        : { collection: this.#collection, id: key, put: after };
    });
  }

  /** The batch is being committed: from now on the cells are believed to stand as it leaves them. */
  committed(): void {
    for (const [key, cell] of this.#pending) this.#cells.set(key, { cell });
    this.#unsettled = this.#pending;
    this.discard();
  }

  /** What was being committed is in the store. */
  settled(): void {
    this.#unsettled = new Map();
  }

  /** Forgets what the batch would have done. */
  discard(): void {
    this.#pending = new Map();
    this.#deltas = new Map();
  }

  /** Forgets the cells too: what is stored may differ from what was believed. */
  reset(): void {
    this.discard();
    this.settled();
    this.#cells.clear();
  }
}

const applied = (before: Cell, { dimensions, measures }: Delta, sparse: boolean): Cell => {
  const cell: Record<string, unknown> = { ...dimensions, ...before };
  for (const measure in measures) {
    const sum = ((cell[measure] as number | undefined) ?? 0) + (measures[measure] ?? 0);
    if (sum === 0 && sparse) delete cell[measure];
    else cell[measure] = sum;
  }
  const empty = Object.keys(cell).every((field) => field in dimensions || cell[field] === 0);
  return empty ? null : cell;
};

/** @throws Error when a measure is not an integer: sums would depend on the order. */
export const checkContributions = (contributions: readonly Contribution[]): void => {
  for (const { key, measures } of contributions)
    for (const measure in measures)
      if (!Number.isSafeInteger(measures[measure]))
        throw new Error(`measure ${measure} of cell ${key} is not an integer: ${measures[measure]}`);
};
