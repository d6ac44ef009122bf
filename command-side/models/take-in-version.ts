import { isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import { randomId } from '../../contracts/ids.ts';
import { type ModelView, modelIdOf } from '../../contracts/views/model.ts';
import type { CommandHandling, CommandMeta, Handled } from '../handling/handle.ts';
import { tenantDecider } from '../identity/tenant-decider.ts';
import { modelDecider } from './model-decider.ts';
import type { ModelArrival, ModelIntake } from './model-intake.ts';

export interface TakingIn {
  readonly handling: CommandHandling;
  readonly intake: ModelIntake;
}

/** A model as it stands after a command: there is one, since the command was not rejected. */
export const asItStands = (state: ModelView | undefined): ModelView => {
  if (state === undefined) throw new Error('a command on a model left no model');
  return state;
};

/**
 * Takes a version in, wherever it came from: examines it, gives its files their place, and registers it. What is wrong with it is
 * recorded as refused. Files are in place before the event says so, and what dies in between is taken in by a second try.
 * @param source `upload`, `folder`, or the job that trained it
 */
export const takeInVersion = async (
  { handling, intake }: TakingIn,
  arrival: ModelArrival,
  source: string,
  meta: CommandMeta,
): Promise<Handled<ModelView> | Rejection | { readonly problems: readonly string[] }> => {
  const { tenant, name, version } = arrival;
  const id = modelIdOf(tenant, name);
  const examined = await intake.examine(arrival);
  if ('problems' in examined) {
    const problems = examined.problems.map((problem) => problem.slice(0, 1_000));
    const refusing = { commandId: randomId(), tenant, actor: meta.actor, correlationId: meta.correlationId };
    const command = { type: 'refuse-version', name, version, problems, source } as const;
    await handling.handle(modelDecider, id, command, refusing, () => undefined);
    return { problems };
  }
  const known = await handling.read(modelDecider, id, (state) => hashOf(state, version), true);
  const { facts } = examined;
  if ((known !== undefined && known !== facts.hash) || !(await intake.keep(arrival)))
    return reject('ALREADY_EXISTS', `version ${version} is another model already: give this one a new version`);
  const command = { type: 'register-version', name, facts: { ...facts, version, source } } as const;
  return handling.handle(modelDecider, id, command, meta, asItStands);
};

const hashOf = (state: ModelView | undefined, version: string): string | undefined =>
  state?.versions.find((one) => one.version === version)?.hash;

/** Takes in what no request brought: a folder that was dropped, a model that was trained. */
export interface VersionRegistrar {
  /** @returns what is wrong with it; empty when it is registered, also where it was before. */
  register(arrival: ModelArrival, source: string): Promise<readonly string[]>;
  /** Whether the version is registered, so that its folder needs no second look. */
  isRegistered(address: Omit<ModelArrival, 'folder'>): Promise<boolean>;
}

/** @param actor whom the events name, `system:<process>` */
export const versionRegistrar = (deps: TakingIn, actor: string): VersionRegistrar => ({
  register: async (arrival, source) => {
    const { tenant } = arrival;
    if (!(await deps.handling.read(tenantDecider, tenant, (state) => state !== undefined, true)))
      return [`there is no company ${tenant}`];
    const meta = { commandId: randomId(), tenant, actor, correlationId: randomId() };
    const outcome = await takeInVersion(deps, arrival, source, meta);
    if ('problems' in outcome) return outcome.problems;
    return isRejection(outcome) ? [outcome.detail] : [];
  },
  isRegistered: ({ tenant, name, version }) =>
    deps.handling.read(modelDecider, modelIdOf(tenant, name), (state) => hashOf(state, version) !== undefined, true),
});
