import type { Occurred } from '../events/define.ts';
import type { StayEvent } from '../events/stays.ts';
import type { StayView } from '../views/stay.ts';

/**
 * A stay after one more of its events: the decider's state and the stay view are both made by this fold.
 * An event before the booking leaves nothing (`undefined`). Returns a new object; the one given stays as it was.
 */
export const applyStayEvent = (stay: StayView | undefined, event: Occurred<StayEvent>): StayView | undefined => {
  if (event.type === 'stay.booked.v1') {
    // Field by field: `{ stayId, ...facts }` would make an object of the slow kind (measured 50 times slower).
    const { data } = event;
    return {
      terms: data.terms,
      country: data.country,
      marketSegment: data.marketSegment,
      channel: data.channel,
      customerType: data.customerType,
      agent: data.agent,
      company: data.company,
      repeatedGuest: data.repeatedGuest,
      previousCancellations: data.previousCancellations,
      previousBookingsNotCancelled: data.previousBookingsNotCancelled,
      daysInWaitingList: data.daysInWaitingList,
      parkingSpaces: data.parkingSpaces,
      specialRequests: data.specialRequests,
      id: data.stayId,
      tenant: event.tenant,
      status: 'BOOKED',
      bookedAt: event.time,
      updatedAt: event.time,
      assignedRoomType: null,
      deposit: 'NONE',
      changes: 0,
      endedAt: null,
    };
  }
  if (stay === undefined) return undefined;
  const updated = { ...stay, updatedAt: event.time };
  switch (event.type) {
    case 'stay.changed.v1':
      return { ...updated, terms: event.data.terms, changes: stay.changes + 1 };
    case 'stay.deposit-taken.v1':
      return { ...updated, deposit: event.data.depositType };
    case 'stay.room-assigned.v1':
      return { ...updated, assignedRoomType: event.data.roomType };
    case 'stay.checked-in.v1':
      return { ...updated, status: 'CHECKED_IN' };
    case 'stay.checked-out.v1':
      return { ...updated, status: 'CHECKED_OUT', endedAt: event.time };
    case 'stay.cancelled.v1':
      return { ...updated, status: 'CANCELLED', endedAt: event.time };
    case 'stay.no-show.v1':
      return { ...updated, status: 'NO_SHOW', endedAt: event.time };
    default:
      return stay;
  }
};
