import type { Decider } from '../../contracts/decider.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { AnyEvent, HandledCommand, StreamState } from './stream-state.ts';

const COLLECTION = 'snapshots';

interface Snapshot {
  readonly deciderVersion: number;
  /** As text: the state goes on changing in place while the write is under way. */
  readonly json: string;
}

interface Content {
  readonly revision: number;
  readonly position: number;
  readonly state: unknown;
  readonly commands: readonly (readonly [string, HandledCommand])[];
}

/**
 * Snapshots of long streams. Disposable: one of another decider version, or none, only means a longer read.
 * A snapshot is written from a state whose events are all acknowledged, never from a provisional one.
 */
export interface Snapshots {
  load<S, C, E extends AnyEvent>(decider: Decider<S, C, E>, stream: string): Promise<StreamState<S> | undefined>;
  save<S, C, E extends AnyEvent>(decider: Decider<S, C, E>, stream: string, state: StreamState<S>): Promise<void>;
}

/** Snapshots kept as documents. @param documents the port of the views. */
export const createSnapshots = async (documents: Documents): Promise<Snapshots> => {
  await documents.ensure({ name: COLLECTION, indexes: [] });
  return {
    load: async <S, C, E extends AnyEvent>(decider: Decider<S, C, E>, stream: string) => {
      const found = await documents.get<Snapshot>(COLLECTION, stream);
      if (found === undefined || found.deciderVersion !== decider.version) return undefined;
      const { state, revision, position, commands } = JSON.parse(found.json) as Content;
      return { state: state as S, revision, position, commands: new Map(commands) };
    },
    save: (decider, stream, { state, revision, position, commands }) =>
      documents.commit([
        {
          collection: COLLECTION,
          id: stream,
          put: {
            deciderVersion: decider.version,
            json: JSON.stringify({ state, revision, position, commands: [...commands] } satisfies Content),
          },
        },
      ]),
  };
};
