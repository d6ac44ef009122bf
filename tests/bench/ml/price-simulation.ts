import { addDays } from '../../../contracts/local-date.ts';
import { seededRandom } from '../../../ml/learning/seeded-random.ts';
import type { Elasticity } from '../../../ml/pricing/elasticity.ts';
import { optimisePrice } from '../../../ml/pricing/optimise-price.ts';

/** A real booking of the days that are played again. */
export interface RealBooking {
  readonly hotel: string;
  readonly bookedOn: string;
  readonly date: string;
  readonly nights: number;
  /** A night, in EUR. */
  readonly paid: number;
  /** What the model, trained before, says is usual for such a booking, by the prices on the books when it was made. */
  readonly list: number;
  /** One price for its hotel and type of room: the mean before. */
  readonly fixed: number;
}

/** What is known before the days begin. */
export interface Before {
  /** Arrivals that were booked on a day for a day, a year before. */
  readonly lastYear: ReadonlyMap<string, readonly RealBookingDay[]>;
  /** By hotel: arrivals of the last half year over those of the one before it. */
  readonly growth: ReadonlyMap<string, number>;
  /** By hotel: the most arrivals that it takes on a day. */
  readonly capacity: ReadonlyMap<string, number>;
  /** As the model was trained with it, with the ends of its interval. */
  readonly elasticity: Pick<Elasticity, 'value' | 'lower' | 'upper'>;
}
export interface RealBookingDay {
  readonly bookedOn: string;
  readonly date: string;
}

export type Policy = 'fixed' | 'historical' | 'list' | 'optimised';
export const POLICIES: readonly Policy[] = ['fixed', 'historical', 'list', 'optimised'];

/** Nobody is let in who would pay less than this part of what was paid. */
const LEAST_WILLING = 0.5;
const RAILS = { floor: 7_000, ceiling: 14_000, step: 100, maxChangePercent: 10, parity: [] };
const LIST = 10_000;
const DAYS_AHEAD = 90;

interface Customer extends RealBooking {
  /** The most that they would pay for a night. */
  readonly willing: number;
}

/**
 * Customers behind the real bookings: who bought at a price would have paid more by an exponential, whose mean is the usual price over
 * the elasticity; and for each who bought there are those who found it too dear, by the same law. So at the prices that were paid
 * as many buy, in the mean, as did. That favours the historical price: what each would pay is drawn from what was asked of
 * them, as if it had been made for them.
 */
export const customersOf = (
  bookings: readonly RealBooking[],
  elasticity: number,
  seed: number,
): readonly Customer[] => {
  const random = seededRandom(seed);
  return bookings.flatMap((booking) => {
    const scale = booking.paid / elasticity;
    const least = LEAST_WILLING * booking.paid;
    const expected = Math.exp((booking.paid - least) / scale);
    const count = Math.floor(expected) + (random() < expected % 1 ? 1 : 0);
    return Array.from({ length: count }, () => ({ ...booking, willing: least - scale * Math.log(1 - random()) }));
  });
};

/** Revenue of each policy with the same customers, in EUR: they come on the day on which the real booking was made, and buy or go. */
export const play = (
  customers: readonly Customer[],
  before: Before,
  policy: Policy,
): { revenue: number; sold: number } => {
  const sold = new Map<string, number>();
  const multipliers = new Map<string, number>();
  let revenue = 0;
  let day = '';
  let count = 0;
  for (const customer of [...customers].sort((a, b) =>
    a.bookedOn < b.bookedOn ? -1 : a.bookedOn > b.bookedOn ? 1 : 0,
  )) {
    const { hotel, date, nights, paid, list, fixed, willing, bookedOn } = customer;
    if (policy === 'optimised' && bookedOn !== day) {
      day = bookedOn;
      for (const one of before.capacity.keys()) reprice(one, day, sold, multipliers, before);
    }
    const key = `${hotel} ${date}`;
    const price = { fixed, historical: paid, list, optimised: (list * (multipliers.get(key) ?? LIST)) / LIST }[policy];
    const taken = sold.get(key) ?? 0;
    if (price > willing || taken >= (before.capacity.get(hotel) ?? 0)) continue;
    sold.set(key, taken + 1);
    revenue += price * Math.max(1, nights);
    count += 1;
  }
  return { revenue, sold: count };
};

/** The prices of all days ahead, as the daily run would propose them and a rule apply them. */
const reprice = (
  hotel: string,
  today: string,
  sold: ReadonlyMap<string, number>,
  multipliers: Map<string, number>,
  before: Before,
): void => {
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead++) {
    const date = addDays(today, ahead);
    const key = `${hotel} ${date}`;
    const current = multipliers.get(key) ?? LIST;
    const still = (before.lastYear.get(`${hotel} ${addDays(date, -364)}`) ?? []).filter(
      ({ bookedOn }) => bookedOn >= addDays(today, -364),
    ).length;
    const demand = still * (before.growth.get(hotel) ?? 1);
    const places = Math.max(0, (before.capacity.get(hotel) ?? 0) - (sold.get(key) ?? 0));
    const answer = optimisePrice({
      rails: RAILS,
      current,
      dayBegan: current,
      places,
      doubt: [before.elasticity.lower, before.elasticity.upper],
      curve: { reference: LIST, demand, deviation: 1.5 * Math.sqrt(demand), elasticity: before.elasticity.value },
    });
    if (!('refused' in answer) && demand > 0) multipliers.set(key, answer.proposed);
  }
};
