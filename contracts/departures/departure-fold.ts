import type { Occurred } from '../events/define.ts';
import type { DepartureEvent, PriceAdjustment } from '../events/departures.ts';
import type { DepartureView } from '../views/departure.ts';

/**
 * The next view of a departure; changes `view` in place. The decider and the availability calendar both fold with it,
 * so what is decided and what is shown cannot part.
 * @throws Error when the departure's first event is not that it was scheduled (a broken log).
 */
export const applyDepartureEvent = (
  view: DepartureView | undefined,
  event: Occurred<DepartureEvent>,
): DepartureView => {
  if (event.type === 'departure.scheduled.v1') {
    return {
      ...event.data,
      id: event.data.departureId,
      tenant: event.tenant,
      closedReason: null,
      confirmed: 0,
      held: 0,
      vacancies: event.data.capacity,
      adjustment: null,
      repriced: null,
    };
  }
  if (view === undefined) throw new Error(`${event.type} of a departure that was never scheduled`);
  switch (event.type) {
    case 'departure.capacity-changed.v1':
      view.capacity = event.data.capacity;
      break;
    case 'departure.price-adjusted.v1': {
      const { adjustment, proposalId } = event.data;
      const on = event.time.slice(0, 10);
      if (view.repriced?.on !== on) view.repriced = { on, from: plain(view.adjustment) };
      view.adjustment = adjustment && { ...adjustment, proposalId };
      break;
    }
    case 'departure.closed.v1':
      view.closedReason = event.data.reason;
      break;
    case 'departure.reopened.v1':
      view.closedReason = null;
      break;
    case 'departure.seats-held.v1':
      view.held += event.data.seats;
      break;
    case 'departure.seats-changed.v1':
      view[event.data.confirmed ? 'confirmed' : 'held'] += event.data.seats - event.data.previousSeats;
      break;
    case 'departure.seats-confirmed.v1':
      view.held -= event.data.seats;
      view.confirmed += event.data.seats;
      break;
    case 'departure.seats-released.v1':
      view[event.data.confirmed ? 'confirmed' : 'held'] -= event.data.seats;
      break;
    case 'departure.hold-extended.v1':
      break;
  }
  view.vacancies = view.capacity === null ? null : view.capacity - view.confirmed - view.held;
  return view;
};

const plain = (adjustment: DepartureView['adjustment']): PriceAdjustment | null =>
  adjustment && { price: adjustment.price, listPrice: adjustment.listPrice };
