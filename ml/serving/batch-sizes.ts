import type { ServingLimits } from './serving-limits.ts';

/** Fewer rows are not worth a batch of their own, while all workers are busy anyway. */
export const LEAST_SHARE = 8;
/** Rows of the first batch of a version, before it is known how long it takes. */
const FIRST_ROWS = 64;
/** Weight of the latest batch in the mean time a row. */
const LATEST = 0.3;

/** How many rows of a model go together, learnt from how long its batches take. Models are named by their folder. */
export class BatchSizes {
  readonly #limits: Pick<ServingLimits, 'batchMs' | 'batchRows'>;
  readonly #msPerRow = new Map<string, number>();

  constructor(limits: Pick<ServingLimits, 'batchMs' | 'batchRows'>) {
    this.#limits = limits;
  }

  ran(model: string, rows: number, ms: number): void {
    const before = this.#msPerRow.get(model);
    const now = ms / rows;
    this.#msPerRow.set(model, before === undefined ? now : before + LATEST * (now - before));
  }

  /** The most rows that take no longer than a batch should. */
  most(model: string): number {
    const msPerRow = this.#msPerRow.get(model);
    if (msPerRow === undefined) return Math.min(FIRST_ROWS, this.#limits.batchRows);
    return Math.max(1, Math.min(this.#limits.batchRows, Math.floor(this.#limits.batchMs / msPerRow)));
  }

  /** What one of the next `batches` takes of the rows that wait, so that no worker stays idle while another has them all. */
  share(model: string, waitingRows: number, batches: number): number {
    return Math.min(this.most(model), Math.max(LEAST_SHARE, Math.ceil(waitingRows / batches)));
  }
}
