import type { Documents } from '../../infra/documents/documents.ts';
import type { Manifest } from '../registry/manifest.ts';
import { outcomesViewOf, readChanceQuality } from './chance-quality.ts';
import { readForecastQuality } from './forecast-quality.ts';
import type { Observed } from './observed.ts';
import type { QualityPeriod, QualityViews } from './quality-views.ts';

/** A loss may be as many times what it was on the hold-out of the training. */
const WORSE = 1.2;
/** An interval of 95 % may hold as few. */
const LEAST_COVERAGE = 0.85;
const FEWEST_OUTCOMES = 200;

/**
 * How a version does now, against what its training promised: the log-loss of chances, and how often what came lay within the 95 %
 * interval of a forecast. Nothing while too few outcomes are known, or for models that nothing is compared with.
 */
export const performanceDrift = async (
  documents: Documents,
  views: QualityViews,
  { name, version, task, metrics }: Manifest,
  period: QualityPeriod,
): Promise<readonly Observed[]> => {
  if (task === 'demand-forecast') {
    const forecasts = await readForecastQuality(documents, views, period);
    return forecasts
      .filter((one) => one.version === version && one.outcomes >= FEWEST_OUTCOMES)
      .map(({ lead, coverage95: value, outcomes: observations }) => {
        const of = `coverage of 95 %, ${lead} days ahead`;
        return {
          kind: 'performance',
          of,
          value,
          limit: LEAST_COVERAGE,
          hasDrifted: value < LEAST_COVERAGE,
          observations,
        };
      });
  }
  const view = outcomesViewOf(name);
  const promised = metrics.logLoss;
  if (view === undefined || promised === undefined) return [];
  const limit = promised * WORSE;
  const chances = await readChanceQuality(documents, views, view, period);
  return chances
    .filter((one) => one.version === version && one.outcomes >= FEWEST_OUTCOMES)
    .map(({ logLoss: value, outcomes: observations }) => ({
      kind: 'performance',
      of: 'logLoss',
      value,
      limit,
      hasDrifted: value > limit,
      observations,
    }));
};
