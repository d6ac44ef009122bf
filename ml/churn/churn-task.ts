import { ACTIVITY_FEATURES, HORIZON_DAYS } from '../../contracts/features/customer-activity.ts';
import type { ChanceTask } from './chance-trainer.ts';

/** What the model `churn` is, beside its data. */
export const CHURN_TASK: ChanceTask = {
  name: 'churn',
  rules: ACTIVITY_FEATURES,
  // Small trees, each on half of rows and features: there are hundreds of customers where there are thousands of bookings.
  boosting: {
    trees: 300,
    leaves: 3,
    rate: 0.05,
    featureShare: 0.5,
    rowShare: 0.5,
    fewestRows: 50,
    l2: 10,
  },
  // A letter to a customer who would have come anyway, against the margin of one who is lost.
  costs: { falseAlarm: 1, missed: 1 },
  preprocessing: { horizonDays: HORIZON_DAYS },
  description:
    `The chance that a customer buys nothing within ${HORIZON_DAYS} days, by recency, frequency, money and rhythm of buying, for each ` +
    'customer of tours and each agent and company of hotels, daily. Meant for choosing whom to write to.',
  limits:
    'Who pays under another e-mail address is another customer. Amounts of different currencies are added up as they are. A season that ' +
    'the snapshots do not hold is not known.',
};
