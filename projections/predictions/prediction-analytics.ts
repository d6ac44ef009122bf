import type { PredictionView } from '../../contracts/views/prediction.ts';
import type { Projection } from '../runner/projection.ts';
import { predictions } from './predictions.ts';

/**
 * The latest predictions for analysts, one document a stream. A view of its own: who asks for predictions does not wait for an engine
 * that analysts look at. Customers are not told by name or id of theirs.
 */
export const predictionAnalytics: Projection<PredictionView> = {
  ...predictions,
  name: 'prediction-analytics',
  version: 1,
  indexes: [],
  search: {
    schema: {
      name: 'prediction-analytics',
      readers: 'analysts',
      texts: {},
      keywords: ['kind', 'model', 'version', 'fallback', 'subjectKind', 'subject', 'atRisk', 'currency', 'mainReason'],
      numbers: ['probability', 'threshold', 'expected', 'days', 'current', 'proposed', 'items', 'predictedAt', 'day'],
      dates: ['predictedAt', 'day'],
    },
    toSearch: (prediction) => {
      const { tenant, kind, model, version, fallback, subjectKind, subject, reasons, predictedAt } = prediction;
      const [main] = reasons;
      return {
        tenant,
        texts: {},
        keywords: {
          kind: [kind],
          model: [model],
          version: version === null ? [] : [version],
          fallback: fallback === null ? [] : [fallback],
          subjectKind: [subjectKind],
          subject: subjectKind === 'customer' ? [] : [subject],
          mainReason: main === undefined ? [] : [main.feature],
          ...wordsOf(prediction),
        },
        numbers: { ...figuresOf(prediction), predictedAt: Date.parse(predictedAt) },
        source: {},
      };
    },
  },
};

const wordsOf = ({ kind, payload }: PredictionView): { atRisk: string[]; currency: string[] } => ({
  atRisk: kind === 'churn' || kind === 'cancellation' ? [String(payload.atRisk)] : [],
  currency: kind === 'price' ? [payload.currency] : [],
});

const figuresOf = ({ kind, payload }: PredictionView): Record<string, number> => {
  switch (kind) {
    case 'demand':
      return {
        expected: payload.days.reduce((sum, { mean }) => sum + mean, 0),
        days: payload.days.length,
        day: Date.parse(payload.asOf),
      };
    case 'price':
      return { current: payload.current, proposed: payload.proposed, day: Date.parse(payload.date) };
    case 'churn':
      return {
        probability: payload.probability,
        threshold: payload.threshold,
        days: payload.horizonDays,
        day: Date.parse(payload.asOf),
      };
    case 'cancellation':
      return {
        probability: payload.probability,
        threshold: payload.threshold,
        ...(payload.date === null ? {} : { day: Date.parse(payload.date) }),
      };
    case 'recommendation':
      return { items: payload.items.length };
  }
};
