import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import { type ModelEvent, modelEvents } from '../../contracts/events/models.ts';
import { applyModelEvent } from '../../contracts/models/model-fold.ts';
import type { ModelView } from '../../contracts/views/model.ts';
import type { Projection } from '../runner/projection.ts';

/** Every tenant's models with their versions: what the pool serves by, and what data scientists see. */
export const models: Projection<ModelView> = {
  name: 'models',
  version: 1,
  handles: Object.keys(modelEvents),
  indexes: [{ fields: ['tenant', 'name'] }, { fields: ['updatedAt'] }],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (model, event) => applyModelEvent(model, event as unknown as Occurred<ModelEvent>),
};
