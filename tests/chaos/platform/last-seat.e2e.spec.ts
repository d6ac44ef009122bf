import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookingView } from '../../../contracts/views/booking.ts';
import type { DepartureView } from '../../../contracts/views/departure.ts';
import { type Answer, succeeded } from '../../e2e/conforming-client.ts';
import { type RunningCompany, startCompany } from '../../e2e/running-company.ts';
import { adults, offerTrip, readAfter, type Trip } from '../../e2e/sailing-trip.ts';

const AT_ONCE = 200;

let company: RunningCompany;
beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.close());

const countOf = (answers: readonly Answer[], what: (answer: Answer) => string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[what(answer)] = (counts[what(answer)] ?? 0) + 1;
  return counts;
};

/** The departure as it is shown once the views have seen everything written so far. */
const departureAfter = async (trip: Trip, answers: readonly Answer[]): Promise<DepartureView> => {
  const last = answers
    .filter(({ status }) => status < 300)
    .reduce((newest, answer) => (positionOf(answer) > positionOf(newest) ? answer : newest));
  const path = `/v1/departures/${trip.departures[0]?.id}`;
  return (await succeeded(company.owner.get<DepartureView>(path, readAfter(last)))).body;
};
const positionOf = ({ headers }: Answer): number => Number(headers.get('x-consistency-token') ?? 0);

describe(`${AT_ONCE} requests at once`, () => {
  it('for the last seat: one gets it, the others are told that it is gone', async () => {
    const trip = await offerTrip(company.owner, { capacity: 1 });
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => company.owner.post('/v1/bookings', adults(trip, trip.departures[0]))),
    );
    expect(countOf(answers, ({ status, body }) => `${status} ${body.code ?? body.status}`)).toEqual({
      '201 ON_HOLD': 1,
      '409 SOLD_OUT': AT_ONCE - 1,
    });
    expect(await departureAfter(trip, answers)).toMatchObject({ capacity: 1, held: 1, vacancies: 0 });
    const winner = answers.find(({ status }) => status === 201) as Answer<BookingView> | undefined;
    expect((await company.owner.post(`/v1/bookings/${winner?.body.id}/confirm`)).status).toBe(200);
  });

  it('for the last seat, half of them over the OCTO standard: one gets it', async () => {
    const trip = await offerTrip(company.owner, { capacity: 1 });
    const [departure] = trip.departures;
    const reseller = company.client.as(company.platform.demo.octoApiKey);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        index % 2 === 0
          ? company.owner.post('/v1/bookings', adults(trip, departure))
          : reseller.post('/octo/bookings', {
              productId: trip.productId,
              optionId: trip.optionId,
              availabilityId: departure?.availabilityId,
              unitItems: [{ unitId: 'adult' }],
            }),
      ),
    );
    const refused = countOf(
      answers.filter(({ body }) => body.status !== 'ON_HOLD'),
      ({ status, body }) => `${status} ${body.code ?? body.error}`,
    );
    const granted = answers.filter(({ body }) => body.status === 'ON_HOLD');
    expect(granted).toHaveLength(1);
    expect((refused['409 SOLD_OUT'] ?? 0) + (refused['400 UNPROCESSABLE_ENTITY'] ?? 0)).toBe(AT_ONCE - 1);
    expect(await departureAfter(trip, answers)).toMatchObject({ held: 1, vacancies: 0 });
  });

  it('for more than is left, by parties of different sizes: all seats that can be sold are, and none twice', async () => {
    const trip = await offerTrip(company.owner, { capacity: 50 });
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        company.owner.post('/v1/bookings', adults(trip, trip.departures[0], 1 + (index % 3))),
      ),
    );
    const granted = answers.filter(({ status }) => status === 201) as unknown as Answer<BookingView>[];
    const seats = granted.reduce((sum, { body }) => sum + body.seats, 0);
    // Parties of one are asked for to the end, so nothing is left over.
    expect(seats).toBe(50);
    expect(await departureAfter(trip, answers)).toMatchObject({ held: 50, vacancies: 0 });
    for (const { status, body } of answers) {
      if (status !== 201) expect(body).toMatchObject({ status: 409, code: 'SOLD_OUT' });
    }
  });

  it('with one Idempotency-Key: one booking, and everybody gets it', async () => {
    const trip = await offerTrip(company.owner, { capacity: 10 });
    const key = { 'idempotency-key': `one-${trip.productId}` };
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => company.owner.post('/v1/bookings', adults(trip, trip.departures[0]), key)),
    );
    expect(countOf(answers, ({ status, body }) => `${status} ${body.id}`)).toEqual({
      [`201 ${answers[0]?.body.id}`]: AT_ONCE,
    });
    expect(await departureAfter(trip, answers)).toMatchObject({ held: 1, vacancies: 9 });
  });

  it('to confirm, cancel and confirm the same booking: one outcome, and the seats agree with it', async () => {
    const trip = await offerTrip(company.owner, { capacity: 10 });
    const placed = await succeeded(
      company.owner.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0], 2)),
    );
    const at = `/v1/bookings/${placed.body.id}`;
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        company.owner.post(`${at}/${index % 2 === 0 ? 'confirm' : 'cancel'}`),
      ),
    );
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const departure = await departureAfter(trip, answers);
    const { status } = (await succeeded(company.owner.get<BookingView>(at))).body;
    expect(departure).toMatchObject(status === 'CANCELLED' ? { held: 0, confirmed: 0 } : { held: 0, confirmed: 2 });
  });
});
