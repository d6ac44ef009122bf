import type { Dashboard } from './panel.ts';

const SOLD = { 'keywords.test': 'false', 'keywords.status': 'CONFIRMED' };
const REAL = { 'keywords.test': 'false' };
const CAME = { 'keywords.outcome': 'EXPECTED' };
const currency = { values: 'keywords.currency', most: 5, label: 'Currency' } as const;

/** Amounts are never added up over currencies: where one is shown, it is by currency. */
export const business: Dashboard = {
  id: 'spirit-tours-business',
  title: 'Spirit Tours: business',
  description: 'What is sold, where and for how much. Amounts are in minor units of their currency.',
  from: 'now-1y',
  to: 'now+1d',
  panels: [
    {
      title: 'Bookings',
      of: 'booking-analytics',
      as: 'metric',
      size: [12, 8],
      measures: [{ count: true, label: 'Bookings' }],
      where: REAL,
    },
    {
      title: 'Guests of confirmed bookings',
      of: 'booking-analytics',
      as: 'metric',
      size: [12, 8],
      measures: [{ sum: 'numbers.guests', label: 'Guests' }],
      where: SOLD,
    },
    {
      title: 'Days from booking to travel, median',
      of: 'booking-analytics',
      as: 'metric',
      size: [12, 8],
      measures: [{ percentile: 50, of: 'numbers.leadDays', label: 'Days' }],
      where: SOLD,
    },
    {
      title: 'Nights of stays',
      of: 'stay-analytics',
      as: 'metric',
      size: [12, 8],
      measures: [{ sum: 'numbers.nights', label: 'Nights' }],
      where: CAME,
    },
    {
      title: 'Revenue of confirmed bookings by day of booking',
      of: 'booking-analytics',
      as: 'bars',
      size: [24, 12],
      by: { time: 'numbers.placedAt', every: 'auto', label: 'Placed' },
      split: currency,
      measures: [{ sum: 'numbers.revenue', label: 'Revenue, minor units' }],
      where: SOLD,
    },
    {
      title: 'Confirmed bookings by channel',
      of: 'booking-analytics',
      as: 'donut',
      size: [12, 12],
      by: { values: 'keywords.channel', most: 8, label: 'Channel' },
      measures: [{ count: true, label: 'Bookings' }],
      where: SOLD,
    },
    {
      title: 'Where travellers come from',
      of: 'booking-analytics',
      as: 'rows',
      size: [12, 12],
      by: { values: 'keywords.country', most: 10, label: 'Country' },
      measures: [{ count: true, label: 'Bookings' }],
      where: SOLD,
    },
    {
      title: 'Products',
      of: 'booking-analytics',
      as: 'table',
      size: [24, 14],
      by: { values: 'keywords.product', most: 20, label: 'Product' },
      split: currency,
      measures: [
        { sum: 'numbers.revenue', label: 'Revenue, minor units' },
        { count: true, label: 'Bookings' },
        { sum: 'numbers.guests', label: 'Guests' },
      ],
      where: SOLD,
    },
    {
      title: 'Revenue of stays by month of arrival',
      of: 'stay-analytics',
      as: 'bars',
      size: [24, 14],
      by: { time: 'numbers.arrivalDay', every: '1M', label: 'Arrival' },
      split: currency,
      measures: [{ sum: 'numbers.revenue', label: 'Revenue, minor units' }],
      where: CAME,
    },
    {
      title: 'Hotels',
      of: 'stay-analytics',
      as: 'table',
      size: [24, 12],
      by: { values: 'keywords.hotel', most: 20, label: 'Hotel' },
      split: currency,
      measures: [
        { sum: 'numbers.revenue', label: 'Revenue, minor units' },
        { average: 'numbers.nightPrice', label: 'Price of a night, average' },
        { sum: 'numbers.nights', label: 'Nights' },
      ],
      where: CAME,
    },
    {
      title: 'Stays by market segment and outcome',
      of: 'stay-analytics',
      as: 'rows',
      size: [24, 12],
      by: { values: 'keywords.marketSegment', most: 10, label: 'Market segment' },
      split: { values: 'keywords.outcome', most: 3, label: 'Outcome' },
      measures: [{ count: true, label: 'Stays' }],
    },
  ],
};
