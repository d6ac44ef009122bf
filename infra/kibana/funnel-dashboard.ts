import type { Dashboard, Grouping } from './panel.ts';

const REAL = { 'keywords.test': 'false' };
const steps: Grouping = {
  label: 'Step',
  steps: [
    { label: '1 placed', kql: 'numbers.placedAt : *' },
    { label: '2 confirmed', kql: 'numbers.confirmedAt : *' },
    { label: '3 redeemed', kql: 'keywords.status : "REDEEMED"' },
  ],
};

export const funnel: Dashboard = {
  id: 'spirit-tours-funnel',
  title: 'Spirit Tours: funnel',
  description: 'From search to travel: how many go on at each step, and where they are lost.',
  from: 'now-90d',
  to: 'now+1d',
  panels: [
    {
      title: 'Searches',
      of: 'search-figures',
      as: 'metric',
      size: [12, 12],
      measures: [{ sum: 'numbers.searches', label: 'Searches' }],
    },
    {
      title: 'From hold to travel',
      of: 'booking-analytics',
      as: 'rows',
      size: [18, 12],
      by: steps,
      measures: [{ count: true, label: 'Bookings' }],
      where: REAL,
    },
    {
      title: 'How bookings ended or stand',
      of: 'booking-analytics',
      as: 'donut',
      size: [18, 12],
      by: { values: 'keywords.status', most: 5, label: 'Status' },
      measures: [{ count: true, label: 'Bookings' }],
      where: REAL,
    },
    {
      title: 'Steps by channel',
      of: 'booking-analytics',
      as: 'table',
      size: [24, 12],
      by: { values: 'keywords.channel', most: 10, label: 'Channel' },
      split: steps,
      measures: [
        { count: true, label: 'Bookings' },
        { sum: 'numbers.guests', label: 'Guests' },
      ],
      where: REAL,
    },
    {
      title: 'Steps by day of booking',
      of: 'booking-analytics',
      as: 'lines',
      size: [24, 12],
      by: { time: 'numbers.placedAt', every: '1d', label: 'Placed' },
      split: steps,
      measures: [{ count: true, label: 'Bookings' }],
      where: REAL,
    },
    {
      title: 'Minutes from hold to confirmation',
      of: 'booking-analytics',
      as: 'lines',
      size: [24, 12],
      by: { time: 'numbers.placedAt', every: '1d', label: 'Placed' },
      measures: [
        { percentile: 50, of: 'numbers.minutesToConfirm', label: 'Median' },
        { percentile: 95, of: 'numbers.minutesToConfirm', label: '95th percentile' },
      ],
      where: REAL,
    },
    {
      title: 'Days from booking to travel',
      of: 'booking-analytics',
      as: 'bars',
      size: [24, 12],
      by: { ranges: 'numbers.leadDays', bounds: [0, 1, 3, 7, 14, 30, 90], label: 'Days' },
      split: { values: 'keywords.channel', most: 5, label: 'Channel' },
      measures: [{ count: true, label: 'Bookings' }],
      where: REAL,
    },
  ],
};
