import { cancellationPredictor } from '../churn/cancellation-predictor.ts';
import { churnPredictor } from '../churn/churn-predictor.ts';
import { demandPredictor } from '../forecasting/demand-predictor.ts';
import { pricePredictor } from '../pricing/price-predictor.ts';
import { recommendationPredictor } from '../recommendation/recommendation-predictor.ts';
import { embeddingPredictor } from '../text/embedding-predictor.ts';
import type { Predictor } from './predictor.ts';

/** Everything that predicts after events or on schedule. */
export const allPredictors: readonly Predictor[] = [
  demandPredictor,
  pricePredictor,
  recommendationPredictor,
  churnPredictor,
  cancellationPredictor,
  embeddingPredictor,
];
