import { cancellationTrainer } from '../churn/cancellation-trainer.ts';
import { churnTrainer } from '../churn/churn-trainer.ts';
import { demandTrainer } from '../forecasting/demand-trainer.ts';
import { priceTrainer } from '../pricing/price-trainer.ts';
import { recommendationTrainer } from '../recommendation/recommendation-trainer.ts';
import type { Trainer } from './trainer.ts';

/** A trainer as its harness sees it: what it keeps of the log is its own affair. */
const untyped = <Data>(trainer: Trainer<Data>): Trainer => trainer as Trainer;

/** Every model that the platform trains by itself. */
export const allTrainers: readonly Trainer[] = [
  untyped(demandTrainer),
  untyped(priceTrainer),
  untyped(recommendationTrainer),
  untyped(churnTrainer),
  untyped(cancellationTrainer),
];
