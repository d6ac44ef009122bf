import { addDays, daysBetween } from '../local-date.ts';
import type { CancellationFacts } from './cancellation-facts.ts';

/** A feature of a cancellation score: its kind, its unit, and how it is told from the facts at a local date. */
interface FeatureRule {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly unit: string;
  readonly of: (facts: CancellationFacts, today: string) => string | number | null;
}

const number = (name: string, unit: string, of: FeatureRule['of']): FeatureRule => ({ name, kind: 'number', unit, of });
const category = (name: string, of: FeatureRule['of']): FeatureRule => ({ name, kind: 'category', unit: 'code', of });

const daysUntil = (from: string, date: string | null): number | null =>
  date === null ? null : Math.max(0, daysBetween(from.slice(0, 10), date));
const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** Nights from Saturday and Sunday, as the hotel trade counts weekends. */
const weekendNights = (date: string, nights: number): number => {
  const whole = Math.floor(nights / 7) * 2;
  let rest = 0;
  for (let night = 0; night < nights % 7; night++) if ([0, 6].includes(weekday(addDays(date, night)))) rest++;
  return whole + rest;
};

const flag = (value: boolean | null): number | null => (value === null ? null : Number(value));

/** The columns of the model, in the order in which they are trained. What a booking or a stay does not have is missing. */
export const CANCELLATION_FEATURES: readonly FeatureRule[] = [
  category('kind', ({ kind }) => kind),
  category('subject', ({ subjectId }) => subjectId),
  category('option', ({ optionId }) => optionId),
  number('lead-days', 'days from booking to arrival', ({ bookedAt, date }) => daysUntil(bookedAt, date)),
  number('days-to-arrival', 'days from now to arrival', ({ date }, today) => daysUntil(today, date)),
  number('arrival-month', 'month of the year', ({ date }) => date && Number(date.slice(5, 7))),
  number('arrival-weekday', 'days after Sunday', ({ date }) => date && weekday(date)),
  number('nights', 'nights', ({ nights }) => nights),
  number('weekend-nights', 'nights', ({ date, nights }) =>
    date === null || nights === null ? null : weekendNights(date, nights),
  ),
  number('adults', 'persons', ({ adults }) => adults),
  number('children', 'persons', ({ children }) => children),
  number('babies', 'persons', ({ babies }) => babies),
  number('price', 'major units of the currency', ({ price }) => price / 100),
  category('meal', ({ meal }) => meal),
  category('country', ({ country }) => country),
  category('market-segment', ({ marketSegment }) => marketSegment),
  category('channel', ({ channel }) => channel),
  category('customer-type', ({ customerType }) => customerType),
  category('agent', ({ agent }) => agent),
  category('company', ({ company }) => company),
  number('repeated-guest', '1: yes, 0: no', ({ repeatedGuest }) => flag(repeatedGuest)),
  number('previous-cancellations', 'bookings', ({ previousCancellations }) => previousCancellations),
  number('previous-kept', 'bookings', ({ previousKept }) => previousKept),
  number('waiting-list-days', 'days', ({ waitingListDays }) => waitingListDays),
  number('parking-spaces', 'cars', ({ parkingSpaces }) => parkingSpaces),
  number('special-requests', 'requests', ({ specialRequests }) => specialRequests),
  category('deposit', ({ deposit }) => deposit),
  number('changes', 'changes', ({ changes }) => changes),
];

/** The row of features of a stay or booking as it is known on a day. @param today local date */
export const cancellationRow = (
  facts: CancellationFacts,
  today: string,
): Readonly<Record<string, string | number | null>> =>
  Object.fromEntries(CANCELLATION_FEATURES.map(({ name, of }) => [name, of(facts, today)]));
