import type { Decider } from '../../contracts/decider.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { predictionIdOf } from '../../contracts/views/prediction.ts';
import type { Proposal } from './pricing-decider.ts';

/**
 * The latest price proposal of a departure or night, read from the stream that the model's predictions are written to. Nothing is
 * ever commanded there from here.
 */
export const proposalStream: Decider<Proposal | undefined, never, PredictionEvent> = {
  context: 'prediction',
  version: 1,
  initial: () => undefined,
  decide: () => [],
  evolve: (latest, event) => (event.type === 'price.proposed.v1' ? event.data : latest),
};

/** Id of the stream of a departure's or night's proposals, behind `prediction-`. */
export const proposalStreamId = (tenant: string, subjectId: string): string =>
  predictionIdOf('price', tenant, subjectId);
