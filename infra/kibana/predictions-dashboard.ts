import type { Dashboard } from './panel.ts';

const of = 'prediction-analytics';
const predictions = { count: true, label: 'Predictions' } as const;
const AT_RISK = { 'keywords.atRisk': 'true' };
const byDay = { time: 'numbers.predictedAt', every: '1d', label: 'Predicted' } as const;
const byModel = { values: 'keywords.model', most: 8, label: 'Model' } as const;

export const predictionsDashboard: Dashboard = {
  id: 'spirit-tours-predictions',
  title: 'Spirit Tours: predictions',
  description:
    'The latest prediction about each subject: what models say, which version said it, and where a fallback stood in.',
  from: 'now-30d',
  to: 'now+1d',
  panels: [
    { title: 'Predictions', of, as: 'metric', size: [12, 8], measures: [predictions] },
    {
      title: 'Bookings and stays at risk of cancellation',
      of,
      as: 'metric',
      size: [12, 8],
      measures: [predictions],
      where: { ...AT_RISK, 'keywords.kind': 'cancellation' },
    },
    {
      title: 'Customers at risk of leaving',
      of,
      as: 'metric',
      size: [12, 8],
      measures: [predictions],
      where: { ...AT_RISK, 'keywords.kind': 'churn' },
    },
    {
      title: 'Guests and parties expected',
      of,
      as: 'metric',
      size: [12, 8],
      measures: [{ sum: 'numbers.expected', label: 'Expected over the horizon' }],
      where: { 'keywords.kind': 'demand' },
    },
    {
      title: 'Predictions by day and model',
      of,
      as: 'bars',
      size: [24, 12],
      by: byDay,
      split: byModel,
      measures: [predictions],
    },
    {
      title: 'Versions that answered',
      of,
      as: 'table',
      size: [24, 12],
      by: byModel,
      split: { values: 'keywords.version', most: 5, label: 'Version' },
      measures: [predictions],
    },
    {
      title: 'Where a fallback stood in',
      of,
      as: 'table',
      size: [24, 12],
      by: { values: 'keywords.fallback', most: 8, label: 'Fallback' },
      split: byModel,
      measures: [predictions],
    },
    {
      title: 'Chances of cancellation',
      of,
      as: 'bars',
      size: [24, 12],
      by: { ranges: 'numbers.probability', bounds: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], label: 'Chance' },
      measures: [predictions],
      where: { 'keywords.kind': 'cancellation' },
    },
    {
      title: 'What moves scores most',
      of,
      as: 'rows',
      size: [24, 12],
      by: { values: 'keywords.mainReason', most: 15, label: 'First reason' },
      measures: [predictions],
    },
    {
      title: 'Proposed prices beside those of now',
      of,
      as: 'table',
      size: [24, 12],
      by: { values: 'keywords.subject', most: 20, label: 'Departure or night' },
      split: { values: 'keywords.currency', most: 5, label: 'Currency' },
      measures: [
        { average: 'numbers.proposed', label: 'Proposed, minor units' },
        { average: 'numbers.current', label: 'Now, minor units' },
      ],
      where: { 'keywords.kind': 'price' },
    },
  ],
};
