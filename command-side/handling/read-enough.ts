import type { Decider } from '../../contracts/decider.ts';
import type { CommandHandling } from './handle.ts';

/**
 * What `pick` makes of a stream: of the state at hand where that `suffices`, else of the state read afresh. For what is
 * answered by a refusal when it does not suffice: another process may have made it so a moment ago.
 */
export const readEnough = async <S, C, E extends { readonly type: string; readonly data: unknown }, R>(
  handling: CommandHandling,
  decider: Decider<S, C, E>,
  id: string,
  pick: (state: S) => R,
  suffices: (picked: R) => boolean,
): Promise<R> => {
  const known = await handling.read(decider, id, pick);
  return suffices(known) ? known : handling.read(decider, id, pick, true);
};
