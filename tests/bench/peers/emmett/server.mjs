// The same booking workload on Emmett with its SQLite store: hold seats in the departure's stream, then record the booking in its own.
import { randomUUID } from 'node:crypto';
import { CommandHandler } from '@event-driven-io/emmett';
import { getSQLiteEventStore } from '@event-driven-io/emmett-sqlite';
import Koa from 'koa';
import { z } from 'zod';
import { bookingBody, readJson } from '../booking-body.mjs';

const eventStore = getSQLiteEventStore({ schema: { autoMigration: 'CreateOrUpdate' }, fileName: process.argv[3] });

const handleDeparture = CommandHandler({
  evolve: (state, { type, data }) => {
    if (type === 'SeatsHeld') {
      state.held += data.seats;
      state.holds[data.bookingId] = data.seats;
    }
    return state;
  },
  initialState: () => ({ held: 0, holds: {} }),
});
const handleBooking = CommandHandler({
  evolve: (_state, { data }) => data,
  initialState: () => undefined,
});

// The store has one connection without a queue of its own: requests take turns, or transactions would run into each other.
let turn = Promise.resolve();
const inTurn = (work) => {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
};

const body = bookingBody(z);
const app = new Koa();
app.use(async (ctx) => {
  const parsed = body.safeParse(await readJson(ctx.req));
  if (!parsed.success) ctx.throw(422, parsed.error.message);
  const booking = parsed.data;
  const bookingId = randomUUID();
  const seats = booking.units.reduce((sum, { quantity }) => sum + quantity, 0);
  const departure = `${booking.optionId}-${booking.availabilityId}`;
  await inTurn(async () => {
    await handleDeparture(eventStore, `departure-${departure}`, (state) => {
      if (state.held + seats > 1_000_000) throw new Error('sold out');
      return { type: 'SeatsHeld', data: { bookingId, seats, expiresAt: new Date().toISOString() } };
    });
    await handleBooking(eventStore, `booking-${bookingId}`, () => ({
      type: 'BookingPlaced',
      data: { bookingId, ...booking, placedAt: new Date().toISOString() },
    }));
  });
  ctx.status = 201;
  ctx.body = { id: bookingId, status: 'ON_HOLD', ...booking };
});
app.listen(Number(process.argv[2]), '127.0.0.1');
