import { describe, expect, it } from 'vitest';
import type { DepartureEvent } from '../../contracts/events/departures.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { type DepartureCommand, type DepartureFacts, departureDecider } from './departure-decider.ts';

const now = '2026-03-01T12:00:00.000Z';
const soon = '2026-03-01T12:30:00.000Z';
const later = '2026-03-01T13:00:00.000Z';
const past = '2026-03-01T11:59:59.999Z';

const facts: DepartureFacts = {
  departureId: 'd1',
  availabilityId: '2026-03-10T09:00:00+01:00',
  productId: 'p1',
  optionId: 'o1',
  scheduleId: 's1',
  availabilityType: 'START_TIME',
  timeZone: 'Europe/Madrid',
  localDate: '2026-03-10',
  localStart: '2026-03-10T09:00:00+01:00',
  localEnd: '2026-03-10T11:00:00+01:00',
  startsAt: '2026-03-10T08:00:00.000Z',
  endsAt: '2026-03-10T10:00:00.000Z',
  cutoffAt: '2026-03-10T07:00:00.000Z',
  openingHours: [],
  capacity: 10,
};
const departureId = 'd1';
const scheduled = (capacity: number | null = 10): DepartureEvent => ({
  type: 'departure.scheduled.v1',
  data: { ...facts, capacity },
});
const held = (bookingId: string, seats: number, expiresAt = soon): DepartureEvent => ({
  type: 'departure.seats-held.v1',
  data: { departureId, bookingId, seats, expiresAt },
});
const changed = (bookingId: string, previousSeats: number, seats: number, confirmed = false): DepartureEvent => ({
  type: 'departure.seats-changed.v1',
  data: { departureId, bookingId, seats, previousSeats, confirmed },
});
const confirmed = (bookingId: string, seats: number): DepartureEvent => ({
  type: 'departure.seats-confirmed.v1',
  data: { departureId, bookingId, seats },
});
const extended = (bookingId: string, expiresAt: string): DepartureEvent => ({
  type: 'departure.hold-extended.v1',
  data: { departureId, bookingId, expiresAt },
});
const released = (
  bookingId: string,
  seats: number,
  reason: 'expired' | 'cancelled' | 'moved' | 'abandoned',
  wasConfirmed = false,
): DepartureEvent => ({
  type: 'departure.seats-released.v1',
  data: { departureId, bookingId, seats, confirmed: wasConfirmed, reason },
});
const closed: DepartureEvent = { type: 'departure.closed.v1', data: { departureId, reason: 'storm' } };
const reopened: DepartureEvent = { type: 'departure.reopened.v1', data: { departureId } };
const capacityChanged = (capacity: number | null): DepartureEvent => ({
  type: 'departure.capacity-changed.v1',
  data: { departureId, capacity },
});
const hold = (bookingId: string, seats: number, expiresAt = soon): DepartureCommand => ({
  type: 'hold-seats',
  bookingId,
  seats,
  expiresAt,
});
const { given } = spec(departureDecider, { now });

describe('scheduling a departure', () => {
  it('records its facts', () => given([]).when({ type: 'schedule-departure', facts }).then([scheduled()]));
  it('changes nothing when it is there, so that a plan may be sent again', () =>
    given([scheduled(), capacityChanged(12)])
      .when({ type: 'schedule-departure', facts })
      .thenNothing());
  it('begins with all seats free', () =>
    given([scheduled()]).thenState((state) =>
      expect(state).toMatchObject({ tenant: 'tenant-1', departure: { vacancies: 10, held: 0, confirmed: 0 } }),
    ));
});

describe('a departure that does not exist', () => {
  const commands: DepartureCommand[] = [
    { type: 'change-capacity', capacity: 1 },
    { type: 'close', reason: 'storm' },
    { type: 'reopen' },
    hold('b1', 1),
    { type: 'change-seats', bookingId: 'b1', seats: 1 },
    { type: 'extend-hold', bookingId: 'b1', expiresAt: later },
    { type: 'confirm-seats', bookingId: 'b1' },
    { type: 'release-seats', bookingId: 'b1', reason: 'cancelled' },
    { type: 'expire-hold', bookingId: 'b1' },
  ];
  it.each(commands)('refuses $type', (command) => given([]).when(command).thenRejected('NOT_FOUND'));
});

describe('changing the capacity', () => {
  const change = (capacity: number | null): DepartureCommand => ({ type: 'change-capacity', capacity });
  it('sets it', () =>
    given([scheduled()])
      .when(change(20))
      .then([capacityChanged(20)]));
  it('is nothing new when it is so already', () => given([scheduled()]).when(change(10)).thenNothing());
  it('goes down to what is sold and held', () =>
    given([scheduled(), held('b1', 3), held('b2', 2), confirmed('b2', 2)])
      .when(change(5))
      .then([capacityChanged(5)]));
  it('does not go below', () =>
    given([scheduled(), held('b1', 3), held('b2', 2), confirmed('b2', 2)])
      .when(change(4))
      .thenRejected('CAPACITY_BELOW_SOLD', 'capacity'));
  it('does not count a dead hold as sold', () =>
    given([scheduled(), held('b1', 3, past)])
      .when(change(0))
      .then([released('b1', 3, 'expired'), capacityChanged(0)]));
  it('lifts the limit, and sets one on a freesale departure', () => {
    given([scheduled()])
      .when(change(null))
      .then([capacityChanged(null)]);
    given([scheduled(null), held('b1', 50)])
      .when(change(49))
      .thenRejected('CAPACITY_BELOW_SOLD', 'capacity');
    given([scheduled(null), held('b1', 50)])
      .when(change(50))
      .thenState((state) => expect(state?.departure.vacancies).toBe(0));
  });
});

describe('closing and reopening', () => {
  it('closes with a reason', () => given([scheduled()]).when({ type: 'close', reason: 'storm' }).then([closed]));
  it('closes once', () => given([scheduled(), closed]).when({ type: 'close', reason: 'storm' }).thenNothing());
  it('records another reason', () =>
    given([scheduled(), closed])
      .when({ type: 'close', reason: 'boat broken' })
      .then([{ type: 'departure.closed.v1', data: { departureId, reason: 'boat broken' } }]));
  it('reopens', () => given([scheduled(), closed]).when({ type: 'reopen' }).then([reopened]));
  it('reopens once', () => given([scheduled()]).when({ type: 'reopen' }).thenNothing());
  it('sells again after it was reopened', () =>
    given([scheduled(), closed, reopened])
      .when(hold('b1', 1))
      .then([held('b1', 1)]));
});

describe('holding seats', () => {
  it('takes them', () =>
    given([scheduled()])
      .when(hold('b1', 10))
      .then([held('b1', 10)]));
  it('refuses more than are left', () =>
    given([scheduled(), held('b1', 4), held('b2', 4), confirmed('b2', 4)])
      .when(hold('b3', 3))
      .thenRejected('SOLD_OUT'));
  it('takes any number on a freesale departure', () =>
    given([scheduled(null)])
      .when(hold('b1', 100_000))
      .thenState((state) => expect(state?.departure).toMatchObject({ vacancies: null, held: 100_000 })));
  it('refuses a closed departure', () =>
    given([scheduled(), closed]).when(hold('b1', 1)).thenRejected('DEPARTURE_CLOSED'));
  it('refuses from the cut-off on', () => {
    given([scheduled()])
      .when(hold('b1', 1), { now: '2026-03-10T06:59:59.999Z' })
      .then([held('b1', 1)]);
    given([scheduled()]).when(hold('b1', 1), { now: facts.cutoffAt }).thenRejected('CUTOFF_PASSED');
  });
  it('is nothing new when the booking has just these seats', () => {
    given([scheduled(), held('b1', 2)])
      .when(hold('b1', 2, later))
      .thenNothing();
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(hold('b1', 2))
      .thenNothing();
  });
  it('does not quietly replace another number of seats', () => {
    given([scheduled(), held('b1', 2)])
      .when(hold('b1', 3))
      .thenRejected('CONFLICT');
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(hold('b1', 3))
      .thenRejected('CONFLICT');
  });
  it('lets infants in who take no seat, even when sold out', () =>
    given([scheduled(1), held('b1', 1)])
      .when(hold('b2', 0))
      .then([held('b2', 0)]));
  it('reclaims dead holds before it refuses anybody', () =>
    given([scheduled(), held('b1', 4, past), held('b2', 6), held('b3', 0, past)])
      .when(hold('b4', 4))
      .then([released('b1', 4, 'expired'), released('b3', 0, 'expired'), held('b4', 4)]));
  it('leaves dead holds to their expiry when there is room without them', () =>
    given([scheduled(), held('b1', 4, past)])
      .when(hold('b2', 6))
      .then([held('b2', 6)]));
  it('writes nothing when even the dead holds leave no room', () =>
    given([scheduled(), held('b1', 4, past), held('b2', 6)])
      .when(hold('b3', 5))
      .thenRejected('SOLD_OUT'));
  it('reclaims a booking that held twice until the same instant only once', () =>
    given([scheduled(), held('b0', 1, past), held('b1', 9, now), released('b1', 9, 'moved'), held('b1', 9, now)])
      .when(hold('b2', 10))
      .then([released('b0', 1, 'expired'), released('b1', 9, 'expired'), held('b2', 10)]));
  it('does not reclaim a hold that was extended', () =>
    given([scheduled(), held('b1', 10, past), extended('b1', later)])
      .when(hold('b2', 1))
      .thenRejected('SOLD_OUT'));
  it('holds anew for a booking whose own hold is dead', () =>
    given([scheduled(), held('b1', 10, past)])
      .when(hold('b1', 10))
      .then([released('b1', 10, 'expired'), held('b1', 10)]));
});

describe('changing the seats of a booking', () => {
  const change = (seats: number): DepartureCommand => ({ type: 'change-seats', bookingId: 'b1', seats });
  it('grows and shrinks a hold', () => {
    given([scheduled(), held('b1', 2)])
      .when(change(10))
      .then([changed('b1', 2, 10)]);
    given([scheduled(), held('b1', 2)])
      .when(change(0))
      .then([changed('b1', 2, 0)]);
  });
  it('grows a confirmed booking', () =>
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(change(3))
      .then([changed('b1', 2, 3, true)]));
  it('keeps the totals right', () =>
    given([scheduled(), held('b1', 2), changed('b1', 2, 4), confirmed('b1', 4), changed('b1', 4, 3, true)]).thenState(
      (state) => expect(state?.departure).toMatchObject({ held: 0, confirmed: 3, vacancies: 7 }),
    ));
  it('is nothing new when it has just these', () =>
    given([scheduled(), held('b1', 2)])
      .when(change(2))
      .thenNothing());
  it('does not grow past the capacity', () =>
    given([scheduled(), held('b1', 2), held('b2', 6)])
      .when(change(5))
      .thenRejected('SOLD_OUT'));
  it('grows into the seats of dead holds', () =>
    given([scheduled(), held('b1', 2), held('b2', 8, past)])
      .when(change(3))
      .then([released('b2', 8, 'expired'), changed('b1', 2, 3)]));
  it('shrinks but does not grow when closed or past the cut-off', () => {
    given([scheduled(), held('b1', 2), closed])
      .when(change(3))
      .thenRejected('DEPARTURE_CLOSED');
    given([scheduled(), held('b1', 2), closed])
      .when(change(1))
      .then([changed('b1', 2, 1)]);
    const late = { now: facts.cutoffAt };
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(change(3), late)
      .thenRejected('CUTOFF_PASSED');
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(change(1), late)
      .then([changed('b1', 2, 1, true)]);
  });
  it('refuses a booking without a live hold', () => {
    given([scheduled()]).when(change(3)).thenRejected('HOLD_EXPIRED');
    given([scheduled(), held('b1', 2, now)])
      .when(change(3))
      .thenRejected('HOLD_EXPIRED');
  });
});

describe('extending a hold', () => {
  const extend: DepartureCommand = { type: 'extend-hold', bookingId: 'b1', expiresAt: later };
  it('moves its end', () =>
    given([scheduled(), held('b1', 2)])
      .when(extend)
      .then([extended('b1', later)]));
  it('is nothing new when it ends then, or later, or is confirmed', () => {
    given([scheduled(), held('b1', 2, later)])
      .when(extend)
      .thenNothing();
    given([scheduled(), held('b1', 2, '2026-03-01T14:00:00.000Z')])
      .when(extend)
      .thenNothing();
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(extend)
      .thenNothing();
  });
  it('does not raise the dead', () => {
    given([scheduled(), held('b1', 2, now)])
      .when(extend)
      .thenRejected('HOLD_EXPIRED');
    given([scheduled()]).when(extend).thenRejected('HOLD_EXPIRED');
  });
  it('refuses when closed or past the cut-off', () => {
    given([scheduled(), held('b1', 2), closed])
      .when(extend)
      .thenRejected('DEPARTURE_CLOSED');
    given([{ type: 'departure.scheduled.v1', data: { ...facts, cutoffAt: now } }, held('b1', 2)])
      .when(extend)
      .thenRejected('CUTOFF_PASSED');
  });
});

describe('confirming seats', () => {
  const confirm: DepartureCommand = { type: 'confirm-seats', bookingId: 'b1' };
  it('confirms what is held now', () =>
    given([scheduled(), held('b1', 2), changed('b1', 2, 4)])
      .when(confirm)
      .then([confirmed('b1', 4)]));
  it('confirms once', () =>
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(confirm)
      .thenNothing());
  it('refuses from the instant at which the hold ends', () => {
    given([scheduled(), held('b1', 2, now)])
      .when(confirm)
      .thenRejected('HOLD_EXPIRED');
    given([scheduled(), held('b1', 2, '2026-03-01T12:00:00.001Z')])
      .when(confirm)
      .then([confirmed('b1', 2)]);
  });
  it('refuses a hold that was released', () =>
    given([scheduled(), held('b1', 2), released('b1', 2, 'expired')])
      .when(confirm)
      .thenRejected('HOLD_EXPIRED'));
  it('keeps the promise of a hold after the departure was closed', () =>
    given([scheduled(), held('b1', 2), closed])
      .when(confirm)
      .then([confirmed('b1', 2)]));
});

describe('releasing seats', () => {
  const release: DepartureCommand = { type: 'release-seats', bookingId: 'b1', reason: 'cancelled' };
  it('gives back a hold', () =>
    given([scheduled(), held('b1', 2)])
      .when(release)
      .then([released('b1', 2, 'cancelled')]));
  it('gives back confirmed seats', () =>
    given([scheduled(), held('b1', 2), confirmed('b1', 2)])
      .when(release)
      .then([released('b1', 2, 'cancelled', true)]));
  it('gives back once', () => {
    given([scheduled(), held('b1', 2), released('b1', 2, 'moved')])
      .when(release)
      .thenNothing();
    given([scheduled()]).when(release).thenNothing();
  });
  it('forgets the booking', () =>
    given([scheduled(), held('b1', 2), confirmed('b1', 2), held('b2', 1)])
      .when(release)
      .thenState((state) => {
        expect(state).toMatchObject({ holds: { b2: { seats: 1 } }, confirmed: {}, departure: { vacancies: 9 } });
        expect(state?.expiries).toEqual([[soon, 'b2']]);
      }));
});

describe('the end of a hold', () => {
  const expire: DepartureCommand = { type: 'expire-hold', bookingId: 'b1' };
  it('gives its seats back', () =>
    given([scheduled(), held('b1', 2, now)])
      .when(expire)
      .then([released('b1', 2, 'expired')]));
  it('does nothing before its time', () =>
    given([scheduled(), held('b1', 2)])
      .when(expire)
      .thenNothing());
  it('does nothing to an extended hold', () =>
    given([scheduled(), held('b1', 2, past), extended('b1', soon)])
      .when(expire)
      .thenNothing());
  it('does nothing to confirmed or released seats', () => {
    given([scheduled(), held('b1', 2, past), confirmed('b1', 2)])
      .when(expire)
      .thenNothing();
    given([scheduled(), held('b1', 2, past), released('b1', 2, 'abandoned')])
      .when(expire)
      .thenNothing();
  });
});

describe('a price of its own', () => {
  const adjusted = (price: number | null, proposalId: string | null): DepartureEvent => ({
    type: 'departure.price-adjusted.v1',
    data: { departureId, adjustment: price === null ? null : { price, listPrice: 1_000 }, proposalId },
  });
  const adjust = (price: number, proposalId: string, basedOn: number | null = null): DepartureCommand => ({
    type: 'adjust-price',
    adjustment: { price, listPrice: 1_000 },
    proposalId,
    basedOn: basedOn === null ? null : { price: basedOn, listPrice: 1_000 },
  });

  it('is given, once for each proposal', () => {
    given([scheduled()])
      .when(adjust(1_200, 'x'))
      .then([adjusted(1_200, 'x')]);
    given([scheduled(), adjusted(1_200, 'x')])
      .when(adjust(1_200, 'x'))
      .thenNothing();
    given([scheduled(), adjusted(1_200, 'x')])
      .when(adjust(1_100, 'y', 1_200))
      .then([adjusted(1_100, 'y')]);
  });

  it('is not given in place of another than it was proposed for', () =>
    given([scheduled(), adjusted(1_200, 'x')])
      .when(adjust(1_100, 'y'))
      .thenRejected('PROPOSAL_NOT_OPEN'));

  it('is only given to what is on sale', () => {
    given([scheduled(), closed]).when(adjust(1_200, 'x')).thenRejected('DEPARTURE_CLOSED');
    given([scheduled()]).when(adjust(1_200, 'x'), { now: facts.cutoffAt }).thenRejected('CUTOFF_PASSED');
    given([scheduled(2), held('b1', 2)])
      .when(adjust(1_200, 'x'))
      .thenRejected('SOLD_OUT');
    given([scheduled(null)])
      .when(adjust(1_200, 'x'))
      .then([adjusted(1_200, 'x')]);
    given([]).when(adjust(1_200, 'x')).thenRejected('NOT_FOUND');
  });

  it('is taken back to the list at any time', () => {
    given([scheduled(), adjusted(1_200, 'x'), closed])
      .when({ type: 'sell-at-list-price' })
      .then([adjusted(null, null)]);
    given([scheduled()]).when({ type: 'sell-at-list-price' }).thenNothing();
  });

  it('remembers where it stood when the day began', () => {
    const at = (event: DepartureEvent, time: string) => ({ ...event, time });
    const repricedAfter = (...events: { time: string; type: string }[]) => {
      let repriced: unknown;
      given([scheduled(), ...(events as never[])]).thenState((state) => {
        repriced = state?.departure.repriced;
      });
      return repriced;
    };
    const monday = [
      at(adjusted(1_100, 'x'), '2026-03-02T08:00:00.000Z'),
      at(adjusted(1_200, 'y'), '2026-03-02T23:59:59.999Z'),
    ];
    expect(repricedAfter(...monday)).toEqual({ on: '2026-03-02', from: null });
    expect(repricedAfter(...monday, at(adjusted(1_300, 'z'), '2026-03-03T00:00:00.000Z'))).toEqual({
      on: '2026-03-03',
      from: { price: 1_200, listPrice: 1_000 },
    });
  });
});
