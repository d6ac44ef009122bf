import type { Dashboard } from './panel.ts';

const NOTHING = { 'keywords.result': 'nothing' };
const day = { time: 'numbers.day', every: '1d', label: 'Day' } as const;
const searches = { sum: 'numbers.searches', label: 'Searches' } as const;

export const searchQuality: Dashboard = {
  id: 'spirit-tours-search-quality',
  title: 'Spirit Tours: search quality',
  description:
    'What people search and do not find, and what there is to be found. A text is shown from its third search of a day on; before it counts as (rare).',
  from: 'now-30d',
  to: 'now+1d',
  panels: [
    { title: 'Searches', of: 'search-figures', as: 'metric', size: [12, 8], measures: [searches] },
    {
      title: 'Searches without a result',
      of: 'search-figures',
      as: 'metric',
      size: [12, 8],
      measures: [searches],
      where: NOTHING,
    },
    {
      title: 'Searches over 200 ms',
      of: 'search-figures',
      as: 'metric',
      size: [12, 8],
      measures: [{ sum: 'numbers.slow', label: 'Searches' }],
    },
    {
      title: 'Published products',
      of: 'product-search',
      as: 'metric',
      size: [12, 8],
      measures: [{ count: true, label: 'Products' }],
    },
    {
      title: 'Searches by day and result',
      of: 'search-figures',
      as: 'bars',
      size: [24, 12],
      by: day,
      split: { values: 'keywords.result', most: 2, label: 'Result' },
      measures: [searches],
    },
    {
      title: 'Searches by language',
      of: 'search-figures',
      as: 'donut',
      size: [24, 12],
      by: { values: 'keywords.locale', most: 4, label: 'Language' },
      measures: [searches],
    },
    {
      title: 'What is searched most',
      of: 'search-figures',
      as: 'table',
      size: [24, 14],
      by: { values: 'keywords.text', most: 30, label: 'What was typed' },
      measures: [searches, { sum: 'numbers.hits', label: 'Products found in all' }],
    },
    {
      title: 'What is searched and not found',
      of: 'search-figures',
      as: 'table',
      size: [24, 14],
      by: { values: 'keywords.text', most: 30, label: 'What was typed' },
      split: { values: 'keywords.locale', most: 4, label: 'Language' },
      measures: [searches],
      where: NOTHING,
    },
    {
      title: 'Products by category',
      of: 'product-search',
      as: 'rows',
      size: [24, 12],
      by: { values: 'keywords.category', most: 15, label: 'Category' },
      measures: [{ count: true, label: 'Products' }],
    },
    {
      title: 'Products by city, and the lowest price',
      of: 'product-search',
      as: 'table',
      size: [24, 12],
      by: { values: 'keywords.city', most: 20, label: 'City' },
      split: { values: 'keywords.currency', most: 5, label: 'Currency' },
      measures: [
        { count: true, label: 'Products' },
        { average: 'numbers.priceFrom', label: 'Lowest price, average, minor units' },
      ],
    },
  ],
};
