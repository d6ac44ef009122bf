import { applyDepartureEvent } from '../../contracts/departures/departure-fold.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { type DepartureEvent, departureEvents } from '../../contracts/events/departures.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { Projection } from '../runner/projection.ts';

/** Every departure with what is left of it: the availability calendar. */
export const departures: Projection<DepartureView> = {
  name: 'departures',
  version: 2,
  handles: Object.keys(departureEvents).filter((type) => type.startsWith('departure.')),
  indexes: [
    { fields: ['tenant', 'productId', 'localDate'] },
    { fields: ['tenant', 'startsAt'] },
    { fields: ['tenant', 'localDate'] },
  ],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (departure, event) => applyDepartureEvent(departure, event as unknown as Occurred<DepartureEvent>),
};
