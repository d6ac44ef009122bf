import { addDays, daysBetween } from '../local-date.ts';

/** A night or a seat that somebody bought, as it was known when it was bought. */
export interface SoldPrice {
  readonly kind: 'hotel' | 'product';
  /** Hotel id, or product id. */
  readonly subject: string;
  /** Room type, or option id. */
  readonly variant: string;
  /** Local date of the booking. */
  readonly bookedOn: string;
  /** Local date of arrival or departure. */
  readonly date: string;
  /** Of one night, or of one adult, in major units of the currency. */
  readonly price: number;
  /** Nights; 0 of a tour. */
  readonly nights: number;
  readonly adults: number;
  readonly children: number;
  readonly babies: number;
  readonly meal: string | null;
  readonly segment: string | null;
  readonly channel: string | null;
  readonly customerType: string | null;
  readonly country: string | null;
  readonly agent: string | null;
  readonly company: string | null;
  readonly repeatedGuest: boolean;
  readonly specialRequests: number;
  readonly parkingSpaces: number;
  readonly daysInWaitingList: number;
}

/** A sale to somebody of whom nothing is known. */
export const toAnybody = {
  children: 0,
  babies: 0,
  meal: null,
  segment: null,
  customerType: null,
  country: null,
  agent: null,
  company: null,
  repeatedGuest: false,
  specialRequests: 0,
  parkingSpaces: 0,
  daysInWaitingList: 0,
} as const satisfies Partial<SoldPrice>;

/** One row of the price model by name. */
export type PriceRow = Readonly<Record<string, string | number | null>>;

/** A mean that forgets: what is `halfLife` days old counts half. */
interface FadingMean {
  sum: number;
  weight: number;
  day: string;
}

interface Plain {
  sum: number;
  count: number;
}

/** Half-lives in days. */
const RECENT = 14;
const HABIT = 90;
const YEAR = 364;
const WEEK_HALF = [-3, -2, -1, 0, 1, 2, 3];

/**
 * What is known of prices at a moment: the level of each room type or option lately, what is on the books for a date, and what was
 * paid a year before. Sales are added in the order in which they were booked, so that what it tells of a day knows nothing later.
 */
export interface PriceHistory {
  /** @throws RangeError for a sale that was booked before one that is in already */
  add(sale: SoldPrice): void;
  /** The row of a sale that is being made: nothing of it is read but what is known before its price is. */
  rowOf(sale: Omit<SoldPrice, 'price'>): PriceRow;
}

/** A history of nothing yet. */
export const createPriceHistory = (): PriceHistory => {
  const recent = new Map<string, FadingMean>();
  const habits = new Map<string, FadingMean>();
  const onBooks = new Map<string, Plain>();
  let last = '';

  const around = (keyOf: (date: string) => string, middle: string): Plain =>
    WEEK_HALF.reduce<Plain>(
      (all, offset) => {
        const found = onBooks.get(keyOf(addDays(middle, offset)));
        return found === undefined ? all : { sum: all.sum + found.sum, count: all.count + found.count };
      },
      { sum: 0, count: 0 },
    );

  return {
    add: (sale) => {
      if (sale.bookedOn < last) throw new RangeError(`a sale of ${sale.bookedOn} comes after one of ${last}`);
      last = sale.bookedOn;
      for (const key of recentKeys(sale)) fade(recent, key, sale, RECENT);
      for (const key of habitKeys(sale)) fade(habits, key, sale, HABIT);
      for (const key of [dateKey(sale, sale.date), variantDateKey(sale, sale.date)]) {
        const plain = onBooks.get(key) ?? { sum: 0, count: 0 };
        plain.sum += sale.price;
        plain.count += 1;
        onBooks.set(key, plain);
      }
    },
    rowOf: (sale) => {
      const { subject, variant, date } = sale;
      const [ofVariant, ofSubject] = recentKeys(sale);
      const [ofAgent, ofSegment] = habitKeys(sale);
      const now = onBooks.get(dateKey(sale, date));
      const lastYear = addDays(date, -YEAR);
      return {
        subject,
        variant,
        meal: sale.meal,
        segment: sale.segment,
        channel: sale.channel,
        customerType: sale.customerType,
        country: sale.country,
        agent: sale.agent,
        company: sale.company,
        leadDays: Math.max(0, daysBetween(sale.bookedOn, date)),
        dayOfYear: daysBetween(`${date.slice(0, 4)}-01-01`, date) + 1,
        weekday: weekdayOf(date),
        bookedDayOfYear: daysBetween(`${sale.bookedOn.slice(0, 4)}-01-01`, sale.bookedOn) + 1,
        nights: sale.nights,
        weekendNights: weekendNights(date, sale.nights),
        adults: sale.adults,
        children: sale.children,
        babies: sale.babies,
        guests: sale.adults + sale.children,
        repeatedGuest: sale.repeatedGuest ? 1 : 0,
        specialRequests: sale.specialRequests,
        parkingSpaces: sale.parkingSpaces,
        daysInWaitingList: sale.daysInWaitingList,
        recentOfVariant: meanOf(recent.get(ofVariant)),
        recentOfSubject: meanOf(recent.get(ofSubject)),
        usualOfAgent: ofAgent === undefined ? null : meanOf(habits.get(ofAgent)),
        usualOfSegment: ofSegment === undefined ? null : meanOf(habits.get(ofSegment)),
        onBooksThatDay: now === undefined ? 0 : now.count,
        onBooksPrice: average(around((day) => dateKey(sale, day), date)),
        onBooksVariantPrice: average(around((day) => variantDateKey(sale, day), date)),
        lastYearPrice: average(around((day) => dateKey(sale, day), lastYear)),
        lastYearVariantPrice: average(around((day) => variantDateKey(sale, day), lastYear)),
      };
    },
  };
};

type Known = Omit<SoldPrice, 'price'>;

const keyOf = (...parts: readonly string[]): string => parts.join('\u001f');
const recentKeys = ({ subject, variant }: Known): [string, string] => [keyOf(subject, variant), keyOf(subject)];
const habitKeys = ({ subject, agent, company, segment }: Known): string[] => [
  keyOf('agent', subject, agent ?? '', company ?? ''),
  keyOf('segment', subject, segment ?? ''),
];
const dateKey = ({ subject }: Known, date: string): string => keyOf(subject, date);
const variantDateKey = ({ subject, variant }: Known, date: string): string => keyOf(subject, variant, date);

const fade = (means: Map<string, FadingMean>, key: string, { price, bookedOn }: SoldPrice, halfLife: number): void => {
  const mean = means.get(key);
  if (mean === undefined) {
    means.set(key, { sum: price, weight: 1, day: bookedOn });
    return;
  }
  const kept = 2 ** (-daysBetween(mean.day, bookedOn) / halfLife);
  mean.sum = mean.sum * kept + price;
  mean.weight = mean.weight * kept + 1;
  mean.day = bookedOn;
};

const meanOf = (mean: FadingMean | undefined): number | null => (mean === undefined ? null : mean.sum / mean.weight);
const average = ({ sum, count }: Plain): number | null => (count === 0 ? null : sum / count);

/** ISO 8601: 1 is Monday. */
const weekdayOf = (date: string): number => (((daysBetween('1970-01-05', date) % 7) + 7) % 7) + 1;

/** Nights from Friday and from Saturday. */
const weekendNights = (arrival: string, nights: number): number => {
  const weeks = Math.floor(nights / 7);
  let weekend = weeks * 2;
  for (let night = weeks * 7; night < nights; night++)
    if ([5, 6].includes(((weekdayOf(arrival) + night - 1) % 7) + 1)) weekend++;
  return weekend;
};
