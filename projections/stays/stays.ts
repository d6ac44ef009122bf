import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import { type StayEvent, stayEvents } from '../../contracts/events/stays.ts';
import { applyStayEvent } from '../../contracts/stays/stay-fold.ts';
import type { StayView } from '../../contracts/views/stay.ts';
import type { Projection } from '../runner/projection.ts';

/** Every hotel stay as it stands now: one document a stay, by its id. */
export const stays: Projection<StayView> = {
  name: 'stays',
  version: 1,
  handles: Object.keys(stayEvents),
  indexes: [
    { fields: ['tenant', 'terms.arrivalDate'] },
    { fields: ['tenant', 'status', 'terms.arrivalDate'] },
    { fields: ['tenant', 'terms.hotelId', 'terms.arrivalDate'] },
    { fields: ['tenant', 'bookedAt'] },
  ],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (stay, event) => applyStayEvent(stay, event as unknown as Occurred<StayEvent>),
};
