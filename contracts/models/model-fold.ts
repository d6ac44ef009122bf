import type { Occurred } from '../events/define.ts';
import type { ModelEvent } from '../events/models.ts';
import { type ModelView, modelIdOf, type Stage } from '../views/model.ts';

/** What is done by itself where the operator has said nothing. */
export const DEFAULT_RULE: ModelView['rule'] = {
  retrainEveryDays: 7,
  retrainOnDrift: true,
  promoteWhenNotWorse: true,
  maxErrorRate: 0.05,
  rollBackOnDrift: true,
};

/**
 * A model after one more of its events: the decider's state and the view are both made by this fold. A version is in one stage
 * at a time: where one event brings it into a stage, it leaves the one before without another event.
 * Returns a new object; the one given stays as it was.
 */
export const applyModelEvent = (before: ModelView | undefined, event: Occurred<ModelEvent>): ModelView => {
  const model = { ...(before ?? emptyModel(event)), updatedAt: event.time };
  switch (event.type) {
    case 'model.version-registered.v1':
      return withVersion(model, event);
    case 'model.shadow-started.v1':
      return inStage(model, event.data.version, 'shadow');
    case 'model.shadow-ended.v1':
    case 'model.canary-ended.v1':
      return inStage(model, event.data.version, 'registered');
    case 'model.canary-started.v1': {
      const { version, share } = event.data;
      return { ...inStage(model, version, 'canary'), canary: { version, share } };
    }
    case 'model.promoted.v1':
      return promoted(model, event.data);
    case 'model.rolled-back.v1':
      return rolledBack(model, event.data);
    case 'model.retired.v1':
      return inStage(model, event.data.version, 'retired');
    case 'model.rule-set.v1': {
      const { name: _, ...rule } = event.data;
      return { ...model, rule };
    }
    // They are there for the audit and for whoever acts on them: nothing of the model changes.
    case 'model.version-refused.v1':
    case 'model.drift-detected.v1':
      return model;
  }
};

const emptyModel = ({ tenant, data, time }: Occurred<ModelEvent>): ModelView => ({
  id: modelIdOf(tenant, data.name),
  tenant,
  name: data.name,
  task: '',
  versions: [],
  live: null,
  history: [],
  canary: null,
  shadows: [],
  rule: DEFAULT_RULE,
  updatedAt: time,
});

const withVersion = (
  model: ModelView,
  { data, time }: Occurred<ModelEvent & { readonly type: 'model.version-registered.v1' }>,
): ModelView => {
  const { name: _, task, ...facts } = data;
  const others = model.versions.filter(({ version }) => version !== data.version);
  return { ...model, task, versions: [...others, { ...facts, stage: 'registered', registeredAt: time }] };
};

const inStage = (model: ModelView, version: string, stage: Stage): ModelView => {
  const shadows = model.shadows.filter((one) => one !== version);
  return {
    ...model,
    versions: model.versions.map((one) => (one.version === version ? { ...one, stage } : one)),
    shadows: stage === 'shadow' ? [...shadows, version] : shadows,
    canary: model.canary?.version === version ? null : model.canary,
  };
};

const promoted = (
  model: ModelView,
  { version, previous }: { readonly version: string; readonly previous: string | null },
): ModelView => {
  const before = previous === null ? model : inStage(model, previous, 'registered');
  const history = previous === null ? model.history : [...model.history, previous];
  return { ...inStage(before, version, 'live'), live: version, history };
};

const rolledBack = (
  model: ModelView,
  { from, to }: { readonly from: string; readonly to: string | null },
): ModelView => {
  const before = inStage(model, from, 'registered');
  if (to === null) return { ...before, live: null, history: [] };
  return { ...inStage(before, to, 'live'), live: to, history: model.history.slice(0, model.history.lastIndexOf(to)) };
};
