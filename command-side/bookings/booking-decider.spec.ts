import { describe, expect, it } from 'vitest';
import { ticketCode } from '../../contracts/bookings/codes.ts';
import { type BookingEvent, emptyContact, type UnitItem } from '../../contracts/events/bookings.ts';
import { spec, specId } from '../../tests/spec-language/decider-spec.ts';
import { type BookingCommand, bookingDecider, type ConfirmBooking } from './booking-decider.ts';

const bookingId = '559aed3d-6d5b-4fe0-bfca-99f5e7218a56';
const secret = '3b1bc2ee-3155-4738-9471-f49842a07327';
const now = '2026-03-01T12:00:00.000Z';
type DataOf<T extends BookingEvent['type']> = Extract<BookingEvent, { type: T }>['data'];

const item = (id: string, unitId = 'adult'): UnitItem => ({
  id,
  unitId,
  paxCount: 1,
  resellerReference: null,
  contact: emptyContact,
  pricing: null,
  ticketCode: null,
  redeemedAt: null,
});
const departure = {
  departureId: 'departure-1',
  availabilityId: '2026-07-01T09:00:00+01:00',
  localDate: '2026-07-01',
  localStart: '2026-07-01T09:00:00+01:00',
  localEnd: '2026-07-01T11:00:00+01:00',
  startsAt: '2026-07-01T08:00:00.000Z',
  cutoffAt: '2026-07-01T07:00:00.000Z',
  availabilityType: 'START_TIME' as const,
  openingHours: [],
};
const selection = {
  productId: 'product-1',
  optionId: 'option-1',
  departure,
  unitItems: [item('item-1'), item('item-2')],
  pricing: { original: 2000, retail: 2000, net: 1600, currency: 'EUR', includedTaxes: [] },
  seats: 2,
};
const placing: DataOf<'booking.placed.v1'> = {
  bookingId,
  supplierReference: 'K7QM-3XWT-9RBD',
  resellerReference: null,
  seller: 'user:ana',
  channel: 'direct',
  testMode: false,
  ...selection,
  contact: emptyContact,
  notes: null,
  expiresAt: '2026-03-01T12:30:00.000Z',
  cancellableUntil: '2026-06-30T08:00:00.000Z',
  freesale: false,
};
const placed: BookingEvent = { type: 'booking.placed.v1', data: placing };
const code = (name: string) => ticketCode(bookingId, '00000000-0000-4000-8000-000000000000').slice(0, 30) + name;
const ticketed = (id: string): UnitItem => ({ ...item(id), ticketCode: code(id) });
const confirmed: BookingEvent = {
  type: 'booking.confirmed.v1',
  data: {
    bookingId,
    resellerReference: null,
    contact: emptyContact,
    emailReceipt: false,
    unitItems: [ticketed('ITEM1'), ticketed('ITEM2')],
    voucherCode: code('VOUCHER'),
  },
};
const cancelled: BookingEvent = {
  type: 'booking.cancelled.v1',
  data: { bookingId, departureId: 'departure-1', reason: null, refund: 'FULL' },
};
const expired: BookingEvent = { type: 'booking.expired.v1', data: { bookingId } };
const redeemed = (...unitItemIds: string[]): BookingEvent => ({
  type: 'booking.redeemed.v1',
  data: { bookingId, unitItemIds, code: code('VOUCHER') },
});

const confirm = (overrides: Partial<ConfirmBooking> = {}): ConfirmBooking => ({
  type: 'confirm',
  emailReceipt: false,
  required: { lead: [], byUnit: {} },
  seatsConfirmed: false,
  secret,
  ...overrides,
});
const updateTo = (
  changes: Partial<typeof selection> & { readonly basedOn?: { departureId: string | null; seats: number } } = {},
): BookingCommand => {
  const { basedOn = { departureId: 'departure-1', seats: 2 }, ...rest } = changes;
  return {
    type: 'update',
    basedOn,
    booking: {
      ...selection,
      ...rest,
      contact: emptyContact,
      notes: 'by the window',
      resellerReference: null,
      cancellableUntil: '2026-06-30T08:00:00.000Z',
    },
    secret,
  };
};
const booking = spec(bookingDecider, { now });

describe('placing', () => {
  it('puts a booking on hold', () => {
    booking.given([]).when({ type: 'place', booking: placing }).then([placed]);
    booking.given([placed]).thenState((state) =>
      expect(state).toMatchObject({
        id: bookingId,
        tenant: 'tenant-1',
        status: 'ON_HOLD',
        createdAt: expect.any(String),
      }),
    );
  });

  it('is refused where a booking has the id', () => {
    booking.given([placed]).when({ type: 'place', booking: placing }).thenRejected('ALREADY_EXISTS');
  });
});

describe('a booking that was never placed', () => {
  it.each<BookingCommand>([
    updateTo(),
    confirm(),
    { type: 'extend', expiresAt: now },
    { type: 'cancel', reason: null },
    { type: 'expire' },
    { type: 'redeem', code: code('ITEM1') },
    { type: 'forget-contact' },
  ])('takes no $type', (command) => {
    booking.given([]).when(command).thenRejected('NOT_FOUND');
  });
});

describe('confirming', () => {
  it('gives each unit item its ticket and the party its voucher', () => {
    booking
      .given([placed])
      .when(confirm({ resellerReference: 'R-1', contact: { firstName: 'Ana' }, emailReceipt: true }))
      .thenState((state) => {
        expect(state).toMatchObject({
          status: 'CONFIRMED',
          confirmedAt: now,
          expiresAt: null,
          resellerReference: 'R-1',
          contact: { firstName: 'Ana', lastName: null },
          voucherCode: expect.stringMatching(/^[0-9A-Z]{42}$/),
        });
        const codes = [state?.voucherCode, ...(state?.unitItems ?? []).map(({ ticketCode }) => ticketCode)];
        expect(new Set(codes).size).toBe(3);
      });
  });

  it('makes codes of the random secret, so that ids alone do not tell them', () => {
    const codesBy = (random: string) => {
      const decided = bookingDecider.decide(confirm({ secret: random }), stateOf([placed]), { now, newId: specId });
      return JSON.stringify(decided);
    };
    expect(codesBy('a')).toBe(codesBy('a'));
    expect(codesBy('a')).not.toBe(codesBy('b'));
  });

  it('asks for the contact that the option needs of the lead', () => {
    const required = { lead: ['firstName', 'emailAddress'] as const, byUnit: {} };
    booking
      .given([placed])
      .when(confirm({ required, contact: { firstName: 'Ana', emailAddress: '' as string } }))
      .thenRejected('MISSING_CONTACT', 'contact.emailAddress');
  });

  it('asks for the contact that a unit needs of each traveller', () => {
    const required = { lead: [], byUnit: { adult: ['lastName'] as const } };
    const unitItems = [{ id: 'item-1', contact: { lastName: 'Sousa' } }];
    booking
      .given([placed])
      .when(confirm({ required, unitItems }))
      .thenRejected('MISSING_CONTACT', 'unitItems.1.contact.lastName');
    booking
      .given([placed])
      .when(confirm({ required, unitItems: [...unitItems, { id: 'item-2', contact: { lastName: 'Reis' } }] }))
      .thenState((state) => expect(state?.unitItems.map(({ contact }) => contact.lastName)).toEqual(['Sousa', 'Reis']));
  });

  it('refuses details of a unit item that it does not have', () => {
    booking
      .given([placed])
      .when(confirm({ unitItems: [{ id: 'item-1' }, { id: 'item-9' }] }))
      .thenRejected('INVALID_UNITS', 'unitItems.1.id');
  });

  it('is refused when the hold has ended, unless the departure confirmed the seats in time', () => {
    const late = { now: '2026-03-01T12:30:00.000Z' };
    booking.given([placed]).when(confirm(), late).thenRejected('HOLD_EXPIRED');
    booking
      .given([placed])
      .when(confirm({ seatsConfirmed: true }), late)
      .thenState((state) => expect(state?.status).toBe('CONFIRMED'));
    booking
      .given([placed, expired])
      .when(confirm({ seatsConfirmed: true }))
      .thenRejected('HOLD_EXPIRED');
  });

  it.each([[confirmed], [cancelled]])('is refused after %j', (event) => {
    booking.given([placed, event]).when(confirm()).thenRejected('BOOKING_NOT_ON_HOLD');
  });
});

describe('changing', () => {
  it('replaces the selection while it is on hold', () => {
    booking
      .given([placed])
      .when(updateTo({ unitItems: [item('item-1'), item('item-2'), item('item-3')], seats: 3 }))
      .then([
        {
          type: 'booking.updated.v1',
          data: {
            bookingId,
            ...selection,
            unitItems: [item('item-1'), item('item-2'), item('item-3')],
            seats: 3,
            contact: emptyContact,
            notes: 'by the window',
            resellerReference: null,
            cancellableUntil: '2026-06-30T08:00:00.000Z',
            previousDepartureId: null,
          },
        },
      ]);
  });

  it('names the departure that gets seats back: the one it left, or its own when the party shrank', () => {
    const previous = (command: BookingCommand) => {
      const decided = bookingDecider.decide(command, stateOf([placed]), { now, newId: specId });
      return Array.isArray(decided) ? decided[0]?.data.previousDepartureId : decided;
    };
    expect(previous(updateTo({ departure: { ...departure, departureId: 'departure-2' } }))).toBe('departure-1');
    expect(previous(updateTo({ unitItems: [item('item-1')], seats: 1 }))).toBe('departure-1');
    expect(previous(updateTo())).toBeNull();
  });

  it('gives only the new unit items of a confirmed booking a ticket', () => {
    booking
      .given([placed, confirmed])
      .when(updateTo({ unitItems: [ticketed('ITEM1'), item('item-3')] }))
      .thenState((state) => {
        expect(state?.unitItems[0]?.ticketCode).toBe(code('ITEM1'));
        expect(state?.unitItems[1]?.ticketCode).toMatch(/^[0-9A-Z]{42}$/);
      });
  });

  it('is refused when another change came between', () => {
    booking
      .given([placed])
      .when(updateTo({ basedOn: { departureId: 'departure-1', seats: 3 } }))
      .thenRejected('CONFLICT');
    booking
      .given([placed])
      .when(updateTo({ basedOn: { departureId: null, seats: 2 } }))
      .thenRejected('CONFLICT');
  });

  it('is possible only as long as it could be cancelled', () => {
    const tooLate = { now: '2026-06-30T08:00:00.001Z' };
    booking.given([placed, confirmed]).when(updateTo(), tooLate).thenRejected('NOT_CANCELLABLE');
    booking
      .given([placed, confirmed, redeemed('ITEM1')])
      .when(updateTo())
      .thenRejected('NOT_CANCELLABLE');
    booking.given([placed]).when(updateTo(), { now: '2026-03-01T12:30:00.000Z' }).thenRejected('HOLD_EXPIRED');
    booking.given([placed, cancelled]).when(updateTo()).thenRejected('CONFLICT');
  });
});

describe('holding longer', () => {
  it('moves the end of the hold', () => {
    const expiresAt = '2026-03-01T13:00:00.000Z';
    booking
      .given([placed])
      .when({ type: 'extend', expiresAt })
      .then([{ type: 'booking.extended.v1', data: { bookingId, expiresAt } }]);
  });

  it('never shortens a hold', () => {
    booking.given([placed]).when({ type: 'extend', expiresAt: '2026-03-01T12:10:00.000Z' }).thenNothing();
  });

  it('is refused when there is no hold any more', () => {
    const extend: BookingCommand = { type: 'extend', expiresAt: '2026-03-01T14:00:00.000Z' };
    booking.given([placed]).when(extend, { now: '2026-03-01T12:31:00.000Z' }).thenRejected('HOLD_EXPIRED');
    booking.given([placed, expired]).when(extend).thenRejected('HOLD_EXPIRED');
    booking.given([placed, confirmed]).when(extend).thenRejected('BOOKING_NOT_ON_HOLD');
  });
});

describe('cancelling', () => {
  const cancel: BookingCommand = { type: 'cancel', reason: 'rain' };
  const cancelledFor = (refund: 'FULL' | 'NONE'): BookingEvent => ({
    type: 'booking.cancelled.v1',
    data: { bookingId, departureId: 'departure-1', reason: 'rain', refund },
  });

  it('of a hold has nothing to refund', () =>
    booking
      .given([placed])
      .when(cancel)
      .then([cancelledFor('NONE')]));

  it('up to the cut-off refunds in full', () => {
    booking
      .given([placed, confirmed])
      .when(cancel, { now: '2026-06-30T08:00:00.000Z' })
      .then([cancelledFor('FULL')]);
  });

  it('is refused past the cut-off, after somebody was let in, and of an expired hold', () => {
    booking
      .given([placed, confirmed])
      .when(cancel, { now: '2026-06-30T08:00:00.001Z' })
      .thenRejected('NOT_CANCELLABLE');
    booking
      .given([placed, confirmed, redeemed('ITEM2')])
      .when(cancel)
      .thenRejected('NOT_CANCELLABLE');
    booking.given([placed, expired]).when(cancel).thenRejected('NOT_CANCELLABLE');
  });

  it('again changes nothing', () => booking.given([placed, cancelled]).when(cancel).thenNothing());
});

describe('expiring', () => {
  it('ends a hold whose time has passed, and nothing else', () => {
    const due = { now: '2026-03-01T12:30:00.000Z' };
    booking.given([placed]).when({ type: 'expire' }, due).then([expired]);
    booking.given([placed]).when({ type: 'expire' }).thenNothing();
    booking.given([placed, confirmed]).when({ type: 'expire' }, due).thenNothing();
    booking.given([placed, expired]).when({ type: 'expire' }, due).thenNothing();
  });
});

describe('redeeming', () => {
  const redeem = (name: string): BookingCommand => ({ type: 'redeem', code: code(name) });

  it('lets in the holder of a ticket', () => {
    booking
      .given([placed, confirmed])
      .when(redeem('ITEM2'))
      .then([{ type: 'booking.redeemed.v1', data: { bookingId, unitItemIds: ['ITEM2'], code: code('ITEM2') } }]);
  });

  it('lets in with the voucher all who are not in yet, and then the booking is redeemed', () => {
    booking
      .given([placed, confirmed, redeemed('ITEM1')])
      .when(redeem('VOUCHER'))
      .thenState((state) => {
        expect(state).toMatchObject({ status: 'REDEEMED', redeemedAt: now });
        expect(state?.unitItems.every(({ redeemedAt }) => redeemedAt !== null)).toBe(true);
      });
  });

  it('lets nobody in twice', () => {
    booking
      .given([placed, confirmed, redeemed('ITEM1')])
      .when(redeem('ITEM1'))
      .thenRejected('NOT_REDEEMABLE', 'code');
    booking
      .given([placed, confirmed, redeemed('ITEM1', 'ITEM2')])
      .when(redeem('VOUCHER'))
      .thenRejected('NOT_REDEEMABLE');
  });

  it('knows no other codes, and no tickets of a cancelled booking', () => {
    booking.given([placed, confirmed]).when(redeem('ITEM3')).thenRejected('NOT_FOUND', 'code');
    booking.given([placed]).when(redeem('ITEM1')).thenRejected('NOT_FOUND');
    booking.given([placed, confirmed, cancelled]).when(redeem('ITEM1')).thenRejected('NOT_REDEEMABLE');
  });
});

describe('forgetting the person', () => {
  it('empties every contact and the notes', () => {
    const contact = { ...emptyContact, fullName: 'Ana Sousa' };
    const known: BookingEvent = {
      type: 'booking.placed.v1',
      data: { ...placing, contact, notes: 'allergic to nuts', unitItems: [{ ...item('item-1'), contact }] },
    };
    booking
      .given([known])
      .when({ type: 'forget-contact' })
      .thenState((state) => {
        expect(state).toMatchObject({ contact: emptyContact, notes: null });
        expect(state?.unitItems[0]?.contact).toEqual(emptyContact);
      });
  });
});

const stateOf = (events: readonly BookingEvent[]) =>
  events.reduce<ReturnType<typeof bookingDecider.initial>>(
    (state, event) => bookingDecider.evolve(state, { ...event, time: now, tenant: 'tenant-1' }),
    bookingDecider.initial(),
  );
