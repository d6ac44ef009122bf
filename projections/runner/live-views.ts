/** What readers ask the runner's records: which collection a view lives in now, and how far it has come. */
export interface LiveViews {
  /** Collection of a view's documents in its live version. Throws for an unknown view (a bug). */
  collection(view: string): string;
  /** Collection of one of its rollups in the live version. */
  rollup(view: string, rollup: string): string;
  /** Search index of a view in the live version. */
  index(view: string): string;
  /** Position that the live version has reached: the least over its partitions. */
  reached(view: string): number;
  /** Resolves true as soon as the view has reached `position`; false when it has not after `timeoutMs`. */
  waitFor(view: string, position: number, timeoutMs: number): Promise<boolean>;
}
