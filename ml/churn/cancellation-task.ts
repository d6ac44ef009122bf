import { CANCELLATION_FEATURES } from '../../contracts/features/cancellation-features.ts';
import type { ChanceTask } from './chance-trainer.ts';

/** What the model `cancellation` is, beside its data. */
export const CANCELLATION_TASK: ChanceTask = {
  name: 'cancellation',
  rules: CANCELLATION_FEATURES,
  // Few features a tree: agent, deposit and country would else stand at the top of all of them.
  boosting: { trees: 300, rate: 0.05, featureShare: 0.3, rowShare: 0.7 },
  // In nights' prices: a guest who is sent to another hotel costs more than a room that stays empty.
  costs: { falseAlarm: 1.5, missed: 1 },
  description:
    'The chance that a booking or a hotel stay is cancelled or missed by the guest, told when it is booked or changed, and daily ' +
    'until the guest comes. Meant for planning how many more to take in; not for refusing a guest.',
  limits:
    'Prices of different currencies are not told apart. Imported histories hold some values as they stood at the end of a stay ' +
    '(country, parking, waiting list), not at its booking: on new bookings it may do worse than measured here.',
};
