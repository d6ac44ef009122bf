import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { createPriceHistory, type PriceRow, type SoldPrice } from '../../contracts/features/price-features.ts';
import { soldBooking, soldStay } from '../../contracts/features/price-sales.ts';
import type { Collector } from '../training/trainer.ts';

/** A sale with what became of it. */
export interface PastSale {
  readonly sale: SoldPrice;
  /** Cancelled, missed or never confirmed: nobody paid the price, but it was known. */
  readonly isLost: boolean;
}

/** In the order of booking. */
export type PastSales = readonly PastSale[];

/** A row of the price model with the price that was paid. */
export interface PricedRow {
  readonly row: PriceRow;
  readonly price: number;
  /** Local date of arrival or departure. */
  readonly date: string;
}

/** A price so many times the median of its hotel or product is a slip of the keyboard. */
const MOST_TIMES_MEDIAN = 10;

/** Events that tell what was sold at which price. */
export const SALE_EVENTS: readonly string[] = [
  'stay.booked.v1',
  'stay.cancelled.v1',
  'stay.no-show.v1',
  'booking.placed.v1',
  'booking.confirmed.v1',
  'booking.cancelled.v1',
];

/** Keeps each sale as it was booked, and whether it was lost. A booking counts once it is confirmed. */
export const collectSales = (): Collector<PastSales> => {
  const sales = new Map<string, { sale: SoldPrice; isLost: boolean }>();
  return {
    add: (recorded) => {
      const { stream, time } = recorded;
      const event = recorded as RecordedEvent & (StayEvent | BookingEvent);
      switch (event.type) {
        case 'stay.booked.v1':
          sales.set(stream, { sale: soldStay(event.data, time), isLost: false });
          break;
        case 'booking.placed.v1': {
          const sale = event.data.testMode ? undefined : soldBooking(event.data, time);
          if (sale !== undefined) sales.set(stream, { sale, isLost: true });
          break;
        }
        case 'booking.confirmed.v1':
        case 'booking.cancelled.v1':
        case 'stay.cancelled.v1':
        case 'stay.no-show.v1': {
          const sold = sales.get(stream);
          if (sold !== undefined) sold.isLost = event.type !== 'booking.confirmed.v1';
          break;
        }
        default:
          break;
      }
    },
    finish: () =>
      plausible([...sales.values()]).sort(
        (a, b) => compare(a.sale.bookedOn, b.sale.bookedOn) || compare(a.sale.subject, b.sale.subject),
      ),
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Without what was free, a correction, or a slip. */
const plausible = (sales: readonly PastSale[]): PastSale[] => {
  const prices = new Map<string, number[]>();
  for (const { sale } of sales) {
    if (sale.price <= 0) continue;
    const known = prices.get(sale.subject);
    if (known === undefined) prices.set(sale.subject, [sale.price]);
    else known.push(sale.price);
  }
  const most = new Map([...prices].map(([subject, known]) => [subject, MOST_TIMES_MEDIAN * medianOf(known)]));
  return sales.filter(({ sale }) => sale.price > 0 && sale.price <= (most.get(sale.subject) ?? 0));
};

const medianOf = (values: readonly number[]): number =>
  Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? 0;

/**
 * The rows of all sales that were not lost. What a row knows of other sales was booked on a day before its own: within a day
 * nobody knows which came first, and a group's rooms are booked at once at one price.
 */
export const pricedRows = (sales: PastSales): readonly PricedRow[] => {
  const history = createPriceHistory();
  const rows: PricedRow[] = [];
  let sameDay: SoldPrice[] = [];
  for (const { sale, isLost } of sales) {
    if (sameDay[0] !== undefined && sameDay[0].bookedOn < sale.bookedOn) {
      for (const earlier of sameDay) history.add(earlier);
      sameDay = [];
    }
    sameDay.push(sale);
    if (!isLost) rows.push({ row: history.rowOf(sale), price: sale.price, date: sale.date });
  }
  return rows;
};
