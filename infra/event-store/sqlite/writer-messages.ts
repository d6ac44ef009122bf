import type { AppendResult, ExpectedRevision } from '../event-store.ts';

/** One append on its way to the writer. A tuple of flat arrays: what crosses threads cheapest. */
export type AppendRequest = [
  ticket: number,
  stream: string,
  expected: ExpectedRevision,
  ids: readonly string[],
  types: readonly string[],
  jsons: readonly string[],
];

export type ToWriter = readonly AppendRequest[] | 'close';

/** What became of one append: the result, or why it could not be written. */
export type Outcome = AppendResult | { readonly failed: string };

export type FromWriter =
  | { readonly kind: 'ready'; readonly head: number }
  | { readonly kind: 'cannot-open'; readonly reason: string }
  | {
      readonly kind: 'committed';
      readonly head: number;
      readonly tickets: readonly number[];
      readonly outcomes: readonly Outcome[];
    };

export interface WriterSettings {
  readonly dataDir: string;
  readonly maxBytes: number | undefined;
}
