import { type Decider, type Rejection, reject } from '../../contracts/decider.ts';
import type { CommandHandling, CommandMeta, Handled } from './handle.ts';
import { readEnough } from './read-enough.ts';

/** State of a stream that belongs to one tenant; undefined where there is no stream. */
export type OwnedState = { readonly tenant: string } | undefined;

/** Whether a stream is there and the tenant's own. A stream never changes hands, so the answer stays true. */
export const isOwn = async <S extends OwnedState, C, E extends { readonly type: string; readonly data: unknown }>(
  handling: CommandHandling,
  decider: Decider<S, C, E>,
  id: string,
  tenant: string,
): Promise<boolean> =>
  (await readEnough(
    handling,
    decider,
    id,
    (state) => state?.tenant,
    (owner) => owner === tenant,
  )) === tenant;

/**
 * Sends a command to an existing stream of the sender's tenant. Another tenant's stream is answered like one that is
 * not there, so that ids cannot be probed. Not for commands that create a stream.
 */
export const handleOwn = async <
  S extends OwnedState,
  C,
  E extends { readonly type: string; readonly data: unknown },
  R,
>(
  handling: CommandHandling,
  decider: Decider<S, C, E>,
  id: string,
  command: C,
  meta: CommandMeta,
  answer: (state: S) => R,
): Promise<Handled<R> | Rejection> =>
  (await isOwn(handling, decider, id, meta.tenant))
    ? handling.handle(decider, id, command, meta, answer)
    : reject('NOT_FOUND', `there is no such ${decider.context}`);
