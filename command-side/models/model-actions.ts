import { isRejection } from '../../contracts/decider.ts';
import { randomId } from '../../contracts/ids.ts';
import { modelIdOf } from '../../contracts/views/model.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { type ModelCommand, modelDecider } from './model-decider.ts';

/** Which version of whose model. */
interface Version {
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
}

type Drift = Omit<Extract<ModelCommand, { readonly type: 'detect-drift' }>['drift'], 'version'>;

/** What the platform does to models by itself. What does not fit their state any more is left undone: somebody was quicker. */
export interface ModelActions {
  /** Makes a version live, if `expectedLive` still is. @returns whether it is live now */
  promote(version: Version, expectedLive: string | null, reason: string): Promise<boolean>;
  /** Ends a canary, or rolls back to the version before the live one if this still is it. @returns whether it has that traffic no more */
  takeBack(version: Version & { readonly stage: 'live' | 'canary'; readonly reason: string }): Promise<boolean>;
  /** Records that a version's inputs or outcomes have moved away, once for a command's id. @returns false when there is no such version */
  detectDrift(version: Version, drift: Drift, commandId: string): Promise<boolean>;
}

/** @param actor whom the events name, `system:<process>` */
export const modelActions = (handling: CommandHandling, actor: string): ModelActions => {
  const send = async (
    { tenant, name }: Version,
    command: ModelCommand,
    commandId: string = randomId(),
  ): Promise<boolean> => {
    const meta = { commandId, tenant, actor, correlationId: commandId };
    const outcome = await handling.handle(modelDecider, modelIdOf(tenant, name), command, meta, () => undefined);
    return !isRejection(outcome);
  };
  return {
    promote: (of, expectedLive, reason) =>
      send(of, { type: 'promote', name: of.name, version: of.version, expectedLive, reason }),
    takeBack: (of) =>
      send(
        of,
        of.stage === 'live'
          ? { type: 'roll-back', name: of.name, expectedLive: of.version, reason: of.reason }
          : { type: 'withdraw', name: of.name, version: of.version, reason: of.reason },
      ),
    detectDrift: (of, drift, commandId) =>
      send(of, { type: 'detect-drift', name: of.name, drift: { version: of.version, ...drift } }, commandId),
  };
};
