import type { FeatureRule } from '../features/learn-features.ts';

const category = (name: string): FeatureRule => ({ name, kind: 'category', unit: '1' });
const number = (name: string, unit = '1'): FeatureRule => ({ name, kind: 'number', unit });
const PRICE = 'major units of the currency';

/** The columns of the price model, by the names of the rows that contracts/features/price-features.ts makes. */
export const PRICE_FEATURES: readonly FeatureRule[] = [
  category('subject'),
  category('variant'),
  category('meal'),
  category('segment'),
  category('channel'),
  category('customerType'),
  category('country'),
  category('agent'),
  category('company'),
  number('leadDays', 'days'),
  number('dayOfYear', 'days'),
  number('weekday'),
  number('bookedDayOfYear', 'days'),
  number('nights', 'nights'),
  number('weekendNights', 'nights'),
  number('adults', 'persons'),
  number('children', 'persons'),
  number('babies', 'persons'),
  number('guests', 'persons'),
  number('repeatedGuest'),
  number('specialRequests'),
  number('parkingSpaces'),
  number('daysInWaitingList', 'days'),
  number('recentOfVariant', PRICE),
  number('recentOfSubject', PRICE),
  number('usualOfAgent', PRICE),
  number('usualOfSegment', PRICE),
  number('onBooksThatDay', 'sales'),
  number('onBooksPrice', PRICE),
  number('onBooksVariantPrice', PRICE),
  number('lastYearPrice', PRICE),
  number('lastYearVariantPrice', PRICE),
];
