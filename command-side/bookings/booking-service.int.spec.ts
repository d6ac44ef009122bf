import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { randomId } from '../../contracts/ids.ts';
import {
  adults,
  BOAT,
  EVENING,
  guide,
  MORNING,
  openTourCompany,
  otherReseller,
  PASS,
  reseller,
  sales,
  sent,
  stranger,
  type TourCompany,
} from '../../tests/bookings/tour-company.ts';
import type { BookingResult } from './booking-requests.ts';
import type { BookingService } from './booking-service.ts';

const minutesLater = (minutes: number): string =>
  new Date(Date.parse('2026-03-01T12:00:00.000Z') + minutes * 60_000).toISOString();

const accepted = async (answer: Promise<BookingResult | Rejection>): Promise<BookingResult> => {
  const result = await answer;
  if (isRejection(result)) throw new Error(`${result.rejected} ${result.field ?? ''}: ${result.detail}`);
  return result;
};

let company: TourCompany;
let bookings: BookingService;
beforeEach(async () => {
  company = await openTourCompany();
  bookings = company.open();
  return company.close;
});

describe('placing a booking', () => {
  it('holds its seats and prices its party', async () => {
    const request = {
      ...adults(0),
      unitItems: [{ unitId: 'adult' }, { unitId: 'child' }, { unitId: 'family' }],
      contact: { firstName: 'Ana' },
      notes: 'by the window',
    };
    const { booking, position, replayed } = await accepted(bookings.place(reseller, request, sent()));
    expect(booking).toMatchObject({
      id: request.bookingId,
      tenant: 'tenant-1',
      status: 'ON_HOLD',
      seller: 'api-key:reseller',
      channel: 'api-key:reseller',
      seats: 6,
      pricing: { original: 4000, retail: 4000, net: 3200, currency: 'EUR' },
      contact: { firstName: 'Ana' },
      departure: { departureId: MORNING, localDate: '2026-07-01' },
      expiresAt: minutesLater(30),
      cancellableUntil: '2026-06-30T08:00:00.000Z',
      freesale: false,
    });
    expect(booking.pricing.includedTaxes).toEqual([{ name: 'IVA', original: 180, retail: 180, net: 144 }]);
    expect(booking.unitItems.map(({ paxCount, ticketCode }) => [paxCount, ticketCode])).toEqual([
      [1, null],
      [1, null],
      [4, null],
    ]);
    expect(position).toBe(await company.eventStore.headPosition());
    expect(replayed).toBe(false);
    expect(await company.seats(MORNING)).toMatchObject({ held: 6, of: { [request.bookingId]: 6 } });
  });

  it('takes no seats where the product is sold without a departure', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2, null), sent()));
    expect(booking).toMatchObject({ freesale: true, departure: null, cancellableUntil: null });
    expect((await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()))).booking.status).toBe(
      'CONFIRMED',
    );
  });

  it('never holds past the cut-off of the departure', async () => {
    company.now = '2026-07-01T06:50:00.000Z';
    const { booking } = await accepted(bookings.place(sales, { ...adults(1), expirationMinutes: 60 }, sent()));
    expect(booking.expiresAt).toBe('2026-07-01T07:00:00.000Z');
  });

  it.each([
    ['a product that is not there', { productId: 'none' }, 'NOT_FOUND', 'productId'],
    ['an option that is not there', { optionId: 'none' }, 'NOT_FOUND', 'optionId'],
    ['a departure that is not there', { departureId: 'none' }, 'NOT_FOUND', 'departureId'],
    ['a departure of another product', { productId: PASS }, 'NOT_FOUND', 'departureId'],
    ['no departure where one is needed', { departureId: null }, 'INVALID_BODY', 'departureId'],
    ['a unit that is not there', { unitItems: [{ unitId: 'none' }] }, 'INVALID_UNITS', 'unitItems.0.unitId'],
    ['a child alone', { unitItems: [{ unitId: 'child' }] }, 'INVALID_UNITS', 'unitItems.0'],
    ['more than are left', adults(11), 'SOLD_OUT', undefined],
  ])('for %s is refused and writes nothing', async (_, changes, rejected, field) => {
    const before = await company.eventStore.headPosition();
    const result = await bookings.place(sales, { ...adults(1), ...changes }, sent());
    expect(result).toMatchObject(field === undefined ? { rejected } : { rejected, field });
    expect(await company.eventStore.headPosition()).toBe(before);
  });

  it("shows nothing of another tenant's products", async () => {
    expect(await bookings.place(stranger, adults(1), sent())).toMatchObject({
      rejected: 'NOT_FOUND',
      field: 'productId',
    });
    expect((await company.seats(MORNING)).held).toBe(0);
  });

  it('again with the same id and body answers as the first time, also from another process', async () => {
    const request = adults(2);
    const first = await accepted(bookings.place(sales, request, sent('command-1', 'body-1')));
    await accepted(bookings.confirm(sales, { bookingId: request.bookingId }, sent()));
    for (const service of [bookings, company.open()]) {
      const again = await accepted(service.place(sales, request, sent('command-1', 'body-1')));
      expect(again).toMatchObject({ booking: first.booking, replayed: true });
    }
    expect(await company.seats(MORNING)).toMatchObject({ confirmed: 2, held: 0 });
  });

  it('again with the same id and another body is refused', async () => {
    const request = adults(2);
    await accepted(bookings.place(sales, request, sent('command-1', 'body-1')));
    for (const meta of [sent('command-1', 'body-2'), sent('command-2', 'body-1')]) {
      expect(await bookings.place(sales, { ...adults(3), bookingId: request.bookingId }, meta)).toMatchObject({
        rejected: 'IDEMPOTENCY_KEY_REUSED',
      });
    }
    expect(await company.seats(MORNING)).toMatchObject({ held: 2 });
  });

  it('sent twice at once makes one booking', async () => {
    const request = adults(2);
    const answers = await Promise.all(
      [1, 2, 3].map(() => accepted(bookings.place(sales, request, sent('command-1', 'body-1')))),
    );
    expect(new Set(answers.map(({ booking }) => JSON.stringify(booking))).size).toBe(1);
    expect(await company.seats(MORNING)).toMatchObject({ held: 2, of: { [request.bookingId]: 2 } });
  });

  it('for the last seat by 50 at once succeeds once', async () => {
    await accepted(bookings.place(sales, adults(9), sent()));
    const results = await Promise.all(Array.from({ length: 50 }, () => bookings.place(sales, adults(1), sent())));
    const refused = results.filter(isRejection);
    expect(results.length - refused.length).toBe(1);
    expect(new Set(refused.map(({ rejected }) => rejected))).toEqual(new Set(['SOLD_OUT']));
  });
});

describe('who may touch a booking', () => {
  it.each([
    ['staff of another tenant', stranger],
    ['another reseller', otherReseller],
  ])('%s finds none', async (_, principal) => {
    const request = adults(1);
    await accepted(bookings.place(reseller, request, sent('command-1', 'body-1')));
    const { bookingId } = request;
    const notFound = { rejected: 'NOT_FOUND' };
    expect(await bookings.find(principal, bookingId)).toMatchObject(notFound);
    expect(await bookings.confirm(principal, { bookingId }, sent())).toMatchObject(notFound);
    expect(await bookings.update(principal, { bookingId, notes: 'x' }, sent())).toMatchObject(notFound);
    expect(await bookings.extend(principal, { bookingId }, sent())).toMatchObject(notFound);
    expect(await bookings.cancel(principal, { bookingId }, sent())).toMatchObject(notFound);
    const taken = await bookings.place(principal, request, sent('command-1', 'body-1'));
    expect(taken).toMatchObject({ rejected: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await bookings.find(sales, bookingId)).toMatchObject({ status: 'ON_HOLD' });
  });
});

describe('confirming a booking', () => {
  it('confirms its seats and gives tickets', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    const confirmed = await accepted(
      bookings.confirm(sales, { bookingId: booking.id, contact: { firstName: 'Ana' } }, sent()),
    );
    expect(confirmed.booking).toMatchObject({ status: 'CONFIRMED', contact: { firstName: 'Ana' } });
    expect(await company.seats(MORNING)).toMatchObject({ confirmed: 2, held: 0 });
  });

  it('again answers as the first time; as another command it is refused', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    const first = await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent('confirm-1')));
    const again = await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent('confirm-1')));
    expect(again).toMatchObject({ booking: first.booking, replayed: true });
    expect(await bookings.confirm(sales, { bookingId: booking.id }, sent())).toMatchObject({
      rejected: 'BOOKING_NOT_ON_HOLD',
    });
  });

  it('without what the option asks for leaves the seats on hold', async () => {
    await company.close();
    company = await openTourCompany({ requiredContactFields: ['emailAddress'] });
    onTestFinished(company.close);
    bookings = company.open();
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    expect(await bookings.confirm(sales, { bookingId: booking.id }, sent())).toMatchObject({
      rejected: 'MISSING_CONTACT',
      field: 'contact.emailAddress',
    });
    expect(await company.seats(MORNING)).toMatchObject({ confirmed: 0, held: 2 });
  });

  it('too late is refused', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    company.now = minutesLater(30);
    expect(await bookings.confirm(sales, { bookingId: booking.id }, sent())).toMatchObject({
      rejected: 'HOLD_EXPIRED',
    });
  });
});

describe('changing a booking', () => {
  const seatsAfter = async (confirm: boolean, change: Parameters<BookingService['update']>[1], count = 2) => {
    const { booking } = await accepted(bookings.place(sales, adults(count, MORNING, change.bookingId), sent()));
    if (confirm) await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()));
    const result = await bookings.update(sales, change, sent());
    const [morning, evening] = [await company.seats(MORNING), await company.seats(EVENING)];
    return { result, seats: [morning.of[booking.id] ?? 0, evening.of[booking.id] ?? 0] };
  };

  for (const confirm of [false, true]) {
    const kind = confirm ? 'confirmed' : 'held';

    it(`takes more seats for a ${kind} party that grows`, async () => {
      const { seats, result } = await seatsAfter(confirm, { ...adults(5) });
      expect(result).toMatchObject({ booking: { seats: 5, pricing: { retail: 5000 } } });
      expect(seats).toEqual([5, 0]);
    });

    it(`gives seats back when a ${kind} party shrinks`, async () => {
      const { seats, result } = await seatsAfter(confirm, { ...adults(1) });
      expect(result).toMatchObject({ booking: { seats: 1, pricing: { retail: 1000 } } });
      expect(seats).toEqual([1, 0]);
    });

    it(`moves a ${kind} party to another departure`, async () => {
      const bookingId = randomId();
      const { seats, result } = await seatsAfter(confirm, { bookingId, departureId: EVENING });
      expect(result).toMatchObject({
        booking: { departure: { departureId: EVENING }, cancellableUntil: '2026-07-01T08:00:00.000Z' },
      });
      expect(seats).toEqual([0, 2]);
      expect(await company.seats(EVENING)).toMatchObject(
        confirm ? { confirmed: 2, held: 0 } : { confirmed: 0, held: 2 },
      );
    });

    it(`leaves a ${kind} booking as it was when the seats are not there`, async () => {
      await accepted(bookings.place(sales, adults(9, EVENING), sent()));
      const bookingId = randomId();
      const { seats, result } = await seatsAfter(confirm, { bookingId, departureId: EVENING });
      expect(result).toMatchObject({ rejected: 'SOLD_OUT' });
      expect(seats).toEqual([2, 0]);
      expect(await bookings.find(sales, bookingId)).toMatchObject({ departure: { departureId: MORNING } });
    });
  }

  it('changes only what is told, and keeps unit items that are named', async () => {
    const request = { ...adults(2), notes: 'first', resellerReference: 'R-1' };
    const { booking } = await accepted(bookings.place(sales, request, sent()));
    const [first] = booking.unitItems;
    const { booking: changed } = await accepted(
      bookings.update(
        sales,
        {
          bookingId: booking.id,
          contact: { lastName: 'Sousa' },
          unitItems: [
            { id: first?.id, unitId: 'adult', contact: { firstName: 'Rui' } },
            { unitId: 'adult' },
            { unitId: 'child' },
          ],
        },
        sent(),
      ),
    );
    expect(changed).toMatchObject({
      notes: 'first',
      resellerReference: 'R-1',
      contact: { lastName: 'Sousa' },
      seats: 3,
    });
    expect(changed.unitItems[0]).toEqual({ ...first, contact: { ...first?.contact, firstName: 'Rui' } });
    expect(changed.unitItems.map(({ id }) => id)).not.toContain(booking.unitItems[1]?.id);
  });

  it('again with the same id answers as the first time', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    const move = { bookingId: booking.id, departureId: EVENING };
    const first = await accepted(bookings.update(sales, move, sent('move-1', 'body')));
    await accepted(bookings.update(sales, { bookingId: booking.id, departureId: MORNING }, sent()));
    const again = await accepted(company.open().update(sales, move, sent('move-1', 'body')));
    expect(again).toMatchObject({ booking: first.booking, replayed: true });
    expect((await company.seats(MORNING)).of).toEqual({ [booking.id]: 2 });
    expect((await company.seats(EVENING)).of).toEqual({});
  });

  it('at once by many ends with seats and booking agreed', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    const other = company.open();
    await Promise.all(
      [1, 3, 4, 5, 2, 6].map((count, index) =>
        (index % 2 === 0 ? bookings : other).update(sales, { ...adults(count), bookingId: booking.id }, sent()),
      ),
    );
    await bookings.finishOrRelease(booking.id, MORNING);
    const now = await company.open().find(sales, booking.id);
    expect((await company.seats(MORNING)).of).toEqual({ [booking.id]: isRejection(now) ? undefined : now.seats });
  });
});

describe('the end of a booking', () => {
  it('extended, holds its seats longer', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    const extended = await accepted(bookings.extend(sales, { bookingId: booking.id, expirationMinutes: 90 }, sent()));
    expect(extended.booking.expiresAt).toBe(minutesLater(90));
    company.now = minutesLater(60);
    expect(await bookings.expire(booking.id)).toEqual({ outcome: 'later', at: minutesLater(90) });
    await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()));
  });

  it('cancelled, gives its seats back, with one answer for every retry', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()));
    const first = await accepted(bookings.cancel(sales, { bookingId: booking.id, reason: 'rain' }, sent('cancel-1')));
    expect(first.booking).toMatchObject({ status: 'CANCELLED', cancellation: { reason: 'rain', refund: 'FULL' } });
    expect(first.position).toBe(await company.eventStore.headPosition());
    expect((await company.seats(MORNING)).of).toEqual({});
    const again = await accepted(bookings.cancel(sales, { bookingId: booking.id, reason: 'rain' }, sent('cancel-1')));
    expect(again.booking).toEqual(first.booking);
  });

  it('past the cut-off can not be cancelled, and keeps its seats', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()));
    company.now = '2026-06-30T08:00:00.001Z';
    expect(await bookings.cancel(sales, { bookingId: booking.id }, sent())).toMatchObject({
      rejected: 'NOT_CANCELLABLE',
    });
    expect(await company.seats(MORNING)).toMatchObject({ confirmed: 2 });
  });

  it('not confirmed in time, expires and gives its seats back', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    expect(await bookings.expire(booking.id)).toEqual({ outcome: 'later', at: minutesLater(30) });
    company.now = minutesLater(30);
    expect(await bookings.expire(booking.id, MORNING)).toEqual({ outcome: 'expired' });
    expect(await bookings.expire(booking.id, MORNING)).toEqual({ outcome: 'settled' });
    expect(await bookings.find(sales, booking.id)).toMatchObject({ status: 'EXPIRED' });
    expect((await company.seats(MORNING)).of).toEqual({});
  });

  it('confirmed, has nothing to expire', async () => {
    const { booking } = await accepted(bookings.place(sales, adults(2), sent()));
    await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()));
    company.now = minutesLater(60);
    expect(await bookings.expire(booking.id, MORNING)).toEqual({ outcome: 'settled' });
    expect(await company.seats(MORNING)).toMatchObject({ confirmed: 2 });
  });
});

describe('redeeming', () => {
  it('lets in by ticket and by voucher, found by the code alone', async () => {
    const { booking } = await accepted(bookings.place(reseller, adults(3), sent()));
    const { booking: confirmed } = await accepted(bookings.confirm(reseller, { bookingId: booking.id }, sent()));
    const ticket = confirmed.unitItems[1]?.ticketCode ?? '';
    const one = await accepted(bookings.redeem(guide, { code: ticket.toLowerCase() }, sent()));
    expect(one.booking).toMatchObject({ status: 'CONFIRMED', redeemedAt: null });
    expect(await bookings.redeem(guide, { code: ticket }, sent())).toMatchObject({ rejected: 'NOT_REDEEMABLE' });
    const all = await accepted(bookings.redeem(guide, { code: confirmed.voucherCode ?? '' }, sent()));
    expect(all.booking).toMatchObject({ status: 'REDEEMED', redeemedAt: company.now });
  });

  it("knows no forged codes, and none of another tenant's", async () => {
    const { booking } = await accepted(bookings.place(sales, adults(1), sent()));
    const { booking: confirmed } = await accepted(bookings.confirm(sales, { bookingId: booking.id }, sent()));
    const ticket = confirmed.unitItems[0]?.ticketCode ?? '';
    const forged = `${ticket.slice(0, 30)}${ticket.slice(30) === '000000000000' ? '1' : '0'.repeat(12)}`;
    const notFound = { rejected: 'NOT_FOUND', field: 'code' };
    expect(await bookings.redeem(guide, { code: forged }, sent())).toMatchObject(notFound);
    expect(await bookings.redeem(guide, { code: 'nonsense' }, sent())).toMatchObject(notFound);
    expect(await bookings.redeem(stranger, { code: ticket }, sent())).toMatchObject(notFound);
  });
});

it('prices a product that is sold per unit in whole minor units', async () => {
  const { booking } = await accepted(bookings.place(sales, { ...adults(3), productId: BOAT }, sent()));
  expect(booking.unitItems.map(({ pricing }) => pricing?.retail)).toEqual([1000, 1000, 1000]);
});
