import type { PriceRule } from '../../contracts/events/pricing.ts';
import type { SoldPrice } from '../../contracts/features/price-features.ts';
import { soldStay } from '../../contracts/features/price-sales.ts';
import { addDays } from '../../contracts/local-date.ts';
import { currencyPrecision } from '../../contracts/money.ts';
import { nightIdOf } from '../../contracts/pricing/price-ids.ts';
import type { PricingView } from '../../contracts/views/pricing.ts';
import type { StayView } from '../../contracts/views/stay.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import { forecastOf, remainingDemand } from './expected-demand.ts';
import { knownSales } from './known-sales.ts';
import type { PriceSubject } from './price-subject.ts';

/** A year and what is compared with it. */
const SALES_DAYS = 380;

/**
 * The nights of a hotel on the days to come, one for each type of room of its rule. There are no rate plans: the price of a night is
 * the rate that was accepted for it, else what the same rooms were sold at lately around that day.
 */
export const nightsToPrice = async (
  context: PredictorContext,
  { tenant, scopeId: hotelId, rates }: PricingView,
  rule: PriceRule,
  days: number,
): Promise<readonly PriceSubject[]> => {
  const today = context.clock().slice(0, 10);
  const { sales, kept } = await staysOf(context, tenant, hotelId, today);
  const forecast = await forecastOf(context, tenant, hotelId);
  const { history, typical } = knownSales('hotel', hotelId, sales, today);
  const arrivals = countBy(kept, ({ date }) => date);
  const byRoom = countBy(kept, ({ variant }) => variant);
  const occupied = countBy(kept.flatMap(nightsOf), (night) => night);
  const past = kept.filter(({ date }) => date < today);
  const usual = past.length === 0 ? undefined : past.length / SALES_DAYS;
  const dates = Array.from({ length: days }, (_, ahead) => addDays(today, ahead + 1));
  return dates.flatMap((date) =>
    rule.roomTypes.flatMap(({ roomType, rooms }): PriceSubject[] => {
      const id = nightIdOf({ hotelId, date, roomType });
      const row = history.rowOf({ ...typical, variant: roomType, bookedOn: today, date });
      const lately = row.onBooksVariantPrice ?? row.recentOfVariant;
      const rate = rates[id];
      if (rate === undefined && typeof lately !== 'number') return [];
      const current = rate?.price ?? Math.round(Number(lately) * 10 ** currencyPrecision(rule.currency));
      const places = rooms === null ? null : Math.max(0, rooms - (occupied.get(nightKey(date, roomType)) ?? 0));
      const share = (byRoom.get(roomType) ?? 0) / Math.max(1, kept.length);
      return [
        {
          kind: 'hotel-night',
          id,
          scope: 'hotel',
          productId: null,
          date,
          rule,
          current,
          dayBegan: rate?.on === today ? rate.from : current,
          places,
          row,
          demand: remainingDemand(forecast, usual, date, arrivals.get(date) ?? 0, share),
        },
      ];
    }),
  );
};

/** All that was sold, and what of it was not cancelled or missed. */
const staysOf = async ({ documents, collection }: PredictorContext, tenant: string, hotelId: string, today: string) => {
  const filter = { tenant, 'terms.hotelId': hotelId, 'terms.arrivalDate': { $gte: addDays(today, -SALES_DAYS) } };
  const sales: SoldPrice[] = [];
  const kept: SoldPrice[] = [];
  for await (const page of everyPage<StayView>(documents, collection('stays'), { filter }, 1_000)) {
    for (const stay of page) {
      const sale = soldStay(stay, stay.bookedAt);
      sales.push(sale);
      if (stay.status !== 'CANCELLED' && stay.status !== 'NO_SHOW') kept.push(sale);
    }
  }
  return { sales, kept };
};

const nightKey = (date: string, roomType: string): string => `${date}\u001f${roomType}`;

const nightsOf = ({ date, nights, variant }: SoldPrice): string[] =>
  Array.from({ length: nights }, (_, night) => nightKey(addDays(date, night), variant));

const countBy = <T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
};
