import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import {
  applyCancellationEvent,
  CANCELLATION_EVENTS,
  type CancellationFacts,
} from '../../contracts/features/cancellation-facts.ts';
import type { Projection } from '../runner/projection.ts';

/** What is known of each booking and stay for the score of its cancellation: one document each, by its id. */
export const cancellationFeatures: Projection<CancellationFacts> = {
  name: 'cancellation-features',
  version: 1,
  handles: CANCELLATION_EVENTS,
  indexes: [{ fields: ['tenant', 'status', 'date'] }, { fields: ['tenant', 'kind', 'status'] }],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (facts, event) => applyCancellationEvent(facts, event as unknown as Occurred<StayEvent | BookingEvent>),
};
