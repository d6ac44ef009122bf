import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { StoredEvent } from './log-file.ts';

type FilterOptions = InstanceType<typeof streamsPb.ReadReq.Options.FilterOptions>;

const DEFAULT_WINDOW = 32;

export interface Filter {
  passes(event: StoredEvent): boolean;
  /** Most events that are looked at in one go while a subscription catches up. */
  readonly window: number;
  /** A subscription tells its position each time it has looked at so many events. */
  readonly checkpointEvery: number;
}

/** What a client lets through of $all: by stream name or by type, each a prefix of a list or a pattern. */
export const filterOf = (options: FilterOptions | undefined): Filter | undefined => {
  if (options === undefined) return undefined;
  const byType = options.getEventType();
  const expression = byType ?? options.getStreamIdentifier();
  const prefixes = expression?.getPrefixList() ?? [];
  const window = options.getMax() || DEFAULT_WINDOW;
  const pattern = prefixes.length > 0 ? undefined : new RegExp(expression?.getRegex() ?? '');
  return {
    passes: (event) => {
      const text = byType === undefined ? event.stream : event.type;
      return pattern === undefined ? prefixes.some((prefix) => text.startsWith(prefix)) : pattern.test(text);
    },
    window,
    checkpointEvery: Math.max(1, options.getCheckpointintervalmultiplier()) * window,
  };
};
