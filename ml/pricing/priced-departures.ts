import { lowestPrice } from '../../contracts/catalogue/lowest-price.ts';
import { departurePriceAt } from '../../contracts/departures/departure-price.ts';
import type { PriceRule } from '../../contracts/events/pricing.ts';
import { soldBooking } from '../../contracts/features/price-sales.ts';
import { addDays } from '../../contracts/local-date.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import { forecastOf, remainingDemand } from './expected-demand.ts';
import { knownSales } from './known-sales.ts';
import type { PriceSubject } from './price-subject.ts';

/** Departures of so many days before tell how many usually come. */
const LOOK_BACK_DAYS = 56;
const SALES_DAYS = 400;

/** The departures of a product that are on sale on the days to come, with what a price is found by. */
export const departuresToPrice = async (
  context: PredictorContext,
  { tenant, productId, rule, days }: { tenant: string; productId: string; rule: PriceRule; days: number },
): Promise<readonly PriceSubject[]> => {
  const { documents, collection, clock } = context;
  const now = clock();
  const today = now.slice(0, 10);
  const product = await documents.get<ProductView>(collection('products'), productId);
  if (product?.tenant !== tenant || product.details.currency !== rule.currency) return [];
  const localDate = { $gte: addDays(today, -LOOK_BACK_DAYS), $lte: addDays(today, days) };
  const departures: DepartureView[] = [];
  for await (const page of everyPage<DepartureView>(documents, collection('departures'), {
    filter: { tenant, productId, localDate },
  }))
    departures.push(...page);
  const forecast = await forecastOf(context, tenant, productId);
  const usual = usualOf(departures, today);
  const { history, typical } = knownSales(
    'product',
    productId,
    await salesOf(context, tenant, productId, today),
    today,
  );
  const onSale = departures.filter((one) => one.localDate >= today && isOnSale(one, now));
  const byDate = new Map<string, DepartureView[]>();
  for (const one of departures) byDate.set(one.localDate, [...(byDate.get(one.localDate) ?? []), one]);
  return onSale.flatMap((departure): PriceSubject[] => {
    const { id, localDate: date, optionId, vacancies } = departure;
    const list = lowestPrice(product, optionId);
    if (list === null || list.amount < 1) return [];
    const thatDay = byDate.get(date) ?? [];
    const taken = sum(thatDay, ({ confirmed, held }) => confirmed + held);
    const open = thatDay.filter((one) => isOnSale(one, now));
    const share = weightOf(departure) / sum(open, weightOf);
    return [
      {
        kind: 'departure',
        id,
        scope: 'product',
        productId,
        date,
        rule,
        ...departurePriceAt(departure, list.amount, now),
        places: vacancies,
        row: history.rowOf({ ...typical, variant: optionId, bookedOn: today, date }),
        demand: remainingDemand(forecast, usual, date, taken, share),
      },
    ];
  });
};

const isOnSale = ({ closedReason, cutoffAt, vacancies }: DepartureView, now: string): boolean =>
  closedReason === null && cutoffAt > now && (vacancies === null || vacancies > 0);

/** Who wants to come on a day spreads over its departures by the seats that are left. */
const weightOf = ({ vacancies }: DepartureView): number => vacancies ?? 1;

const usualOf = (departures: readonly DepartureView[], today: string): number | undefined => {
  const past = departures.filter(({ localDate, closedReason }) => localDate < today && closedReason === null);
  const days = new Set(past.map(({ localDate }) => localDate)).size;
  return days === 0 ? undefined : sum(past, ({ confirmed }) => confirmed) / days;
};

const salesOf = async (
  { documents, collection }: PredictorContext,
  tenant: string,
  productId: string,
  today: string,
) => {
  const filter = { tenant, productId, testMode: false, createdAt: { $gte: addDays(today, -SALES_DAYS) } };
  const sales = [];
  for await (const page of everyPage<BookingView>(documents, collection('bookings'), { filter }))
    sales.push(...page.flatMap((booking) => soldBooking(booking, booking.createdAt) ?? []));
  return sales;
};

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);
