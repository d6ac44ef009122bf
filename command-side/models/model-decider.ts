import { isDeepStrictEqual } from 'node:util';
import { type Decider, type Rejection, reject } from '../../contracts/decider.ts';
import type { ModelEvent } from '../../contracts/events/models.ts';
import { applyModelEvent, DEFAULT_RULE } from '../../contracts/models/model-fold.ts';
import type { ModelView } from '../../contracts/views/model.ts';

type DataOf<T extends ModelEvent['type']> = Extract<ModelEvent, { readonly type: T }>['data'];

/** What registering a version tells, besides its name. */
export type VersionFacts = Omit<DataOf<'model.version-registered.v1'>, 'name'>;

/** `expectedLive` undefined: whatever is live. */
interface Expecting {
  readonly expectedLive?: string | null | undefined;
}

export type ModelCommand = { readonly name: string } & (
  | { readonly type: 'register-version'; readonly facts: VersionFacts }
  | { readonly type: 'refuse-version'; readonly version: string; readonly problems: string[]; readonly source: string }
  /** Out of shadow or canary. */
  | { readonly type: 'withdraw'; readonly version: string; readonly reason: string }
  | { readonly type: 'start-shadow'; readonly version: string }
  | { readonly type: 'start-canary'; readonly version: string; readonly share: number }
  | ({
      readonly type: 'promote';
      readonly version: string;
      readonly reason: string;
      /** Also what was found worse than the live version. */
      readonly force?: boolean;
    } & Expecting)
  | ({ readonly type: 'roll-back'; readonly reason: string } & Expecting)
  | { readonly type: 'retire'; readonly version: string }
  | { readonly type: 'set-rule'; readonly rule: ModelView['rule'] }
  | { readonly type: 'detect-drift'; readonly drift: Omit<DataOf<'model.drift-detected.v1'>, 'name'> }
);

/** Undefined: nothing has happened to a model of that name. */
export type ModelState = ModelView | undefined;

/** Which version of a model gets which traffic, and who decided it: one stream a model, so that two who promote at once meet. */
export const modelDecider: Decider<ModelState, ModelCommand, ModelEvent> = {
  context: 'model',
  version: 1,
  initial: () => undefined,
  decide: (command, state) => {
    const { name } = command;
    switch (command.type) {
      case 'register-version':
        return register(state, name, command.facts);
      case 'refuse-version': {
        const { version, problems, source } = command;
        return [{ type: 'model.version-refused.v1', data: { name, version, problems, source } }];
      }
      case 'set-rule':
        return isDeepStrictEqual(state?.rule ?? DEFAULT_RULE, command.rule)
          ? []
          : [{ type: 'model.rule-set.v1', data: { name, ...command.rule } }];
      case 'roll-back':
        return rollBack(state, command);
      case 'detect-drift':
        return (
          versionOf(state, command.drift.version).missing ?? [
            { type: 'model.drift-detected.v1', data: { name, ...command.drift } },
          ]
        );
      default:
        return changeStage(state, command);
    }
  },
  evolve: applyModelEvent,
};

type Decision = readonly ModelEvent[] | Rejection;
type Version = ModelView['versions'][number];
type CommandOf<T extends ModelCommand['type']> = Extract<ModelCommand, { readonly type: T }>;

const versionOf = (
  state: ModelState,
  version: string,
): { readonly found: Version; readonly missing?: never } | { readonly found?: never; readonly missing: Rejection } => {
  const found = state?.versions.find((one) => one.version === version);
  return found === undefined ? { missing: reject('NOT_FOUND', `there is no version ${version}`) } : { found };
};

const register = (state: ModelState, name: string, facts: VersionFacts): Decision => {
  const before = state?.versions.find(({ version }) => version === facts.version);
  if (before?.hash === facts.hash) return [];
  if (before !== undefined) {
    return reject('ALREADY_EXISTS', `version ${facts.version} is another model already: give this one a new version`);
  }
  return [{ type: 'model.version-registered.v1', data: { name, ...facts } }];
};

const changeStage = (
  state: ModelState,
  command: CommandOf<'withdraw' | 'start-shadow' | 'start-canary' | 'promote' | 'retire'>,
): Decision => {
  const { found, missing } = versionOf(state, command.version);
  if (missing !== undefined || state === undefined) return missing ?? [];
  const { name, version } = command;
  if (command.type === 'retire') return retire(name, found);
  if (found.stage === 'retired')
    return reject('CONFLICT', `version ${version} is retired: register it under a new one`);
  if (command.type === 'promote') return promote(state, command, found);
  if (found.stage === 'live') return reject('CONFLICT', `version ${version} is live: roll back, or promote another`);
  switch (command.type) {
    case 'withdraw':
      return withdraw(command, found);
    case 'start-shadow':
      return found.stage === 'shadow' ? [] : [{ type: 'model.shadow-started.v1', data: { name, version } }];
    case 'start-canary':
      return startCanary(state, command);
  }
};

const retire = (name: string, { version, stage }: Version): Decision => {
  if (stage === 'live') return reject('CONFLICT', `version ${version} is live: roll back, or promote another`);
  return stage === 'retired' ? [] : [{ type: 'model.retired.v1', data: { name, version } }];
};

const withdraw = ({ name, version, reason }: CommandOf<'withdraw'>, { stage }: Version): Decision => {
  if (stage === 'shadow') return [{ type: 'model.shadow-ended.v1', data: { name, version } }];
  return stage === 'canary' ? [{ type: 'model.canary-ended.v1', data: { name, version, reason } }] : [];
};

/** There is one canary at a time: whose keys were its own would else depend on the other. */
const startCanary = ({ canary }: ModelView, { name, version, share }: CommandOf<'start-canary'>): Decision => {
  if (canary?.version === version && canary.share === share) return [];
  const started: ModelEvent = { type: 'model.canary-started.v1', data: { name, version, share } };
  if (canary === null || canary.version === version) return [started];
  const reason = `${version} is the canary now`;
  return [{ type: 'model.canary-ended.v1', data: { name, version: canary.version, reason } }, started];
};

const promote = (
  state: ModelView,
  { name, version, reason, force, expectedLive }: CommandOf<'promote'>,
  { comparison }: Version,
): Decision => {
  const { live } = state;
  if (live === version) return [];
  const unexpected = otherThanExpected(live, expectedLive);
  if (unexpected !== undefined) return unexpected;
  if (comparison?.verdict === 'worse' && comparison.with === live && force !== true) {
    return reject('CONFLICT', `version ${version} was found worse than ${live}: force it if it must be`, 'force');
  }
  return [{ type: 'model.promoted.v1', data: { name, version, previous: live, reason } }];
};

const rollBack = (state: ModelState, { name, reason, expectedLive }: CommandOf<'roll-back'>): Decision => {
  if (state === undefined) return reject('NOT_FOUND', 'there is no such model');
  const { live: from } = state;
  const unexpected = otherThanExpected(from, expectedLive);
  if (unexpected !== undefined) return unexpected;
  if (from === null) return reject('CONFLICT', 'no version is live');
  const retired = new Set(state.versions.filter(({ stage }) => stage === 'retired').map(({ version }) => version));
  const to = state.history.findLast((version) => version !== from && !retired.has(version)) ?? null;
  return [{ type: 'model.rolled-back.v1', data: { name, from, to, reason } }];
};

const otherThanExpected = (live: string | null, expected: string | null | undefined): Rejection | undefined =>
  expected === undefined || expected === live
    ? undefined
    : reject('CONFLICT', `${live ?? 'no version'} is live, not ${expected ?? 'none'}`, 'expectedLive');
