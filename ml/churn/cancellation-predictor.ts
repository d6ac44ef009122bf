import type { CancellationFacts } from '../../contracts/features/cancellation-facts.ts';
import { cancellationIdOf } from '../../contracts/features/cancellation-facts.ts';
import { cancellationRow } from '../../contracts/features/cancellation-features.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../predicting/predictor.ts';
import { once, rateOf, scoreChance } from './score-chance.ts';

const VIEW = 'cancellation-features';
/** Bookings of a part of the daily run. */
const PART = 200;

/**
 * Scores a booking or stay when it is made or changed, and daily until its day has come. What has ended, or whose day has
 * passed (as in an imported history), is not scored.
 */
export const cancellationPredictor: Predictor = {
  name: 'cancellation',
  handles: ['stay.booked.v1', 'stay.changed.v1', 'stay.deposit-taken.v1', 'booking.confirmed.v1', 'booking.updated.v1'],
  views: [VIEW],
  onEvents: async (events, context) => {
    const ids = [...new Set(events.map(cancellationIdOf))];
    const known = await context.documents.getMany<CancellationFacts>(context.collection(VIEW), ids);
    const score = scoringIn(context);
    const made = events.map(async (event) => {
      const facts = known.get(cancellationIdOf(event));
      if (facts === undefined || !isComing(facts, todayOf(context))) return [];
      return [await score(facts, event.id, event.correlationId)];
    });
    return (await Promise.all(made)).flat();
  },
  everyHours: 24,
  onSchedule: async function* (tenant, cause, context) {
    const score = scoringIn(context);
    const filter = { tenant, status: 'open', date: { $gte: todayOf(context) } };
    let after: string | undefined;
    do {
      const page = await context.documents.find<CancellationFacts>(context.collection(VIEW), {
        filter,
        sort: [['date', 1]],
        limit: PART,
        ...(after === undefined ? {} : { after }),
      });
      yield await Promise.all(page.items.map((facts) => score(facts, cause)));
      after = page.next;
    } while (after !== undefined);
  },
};

/** UTC date: a subject's own day may have begun or not, which a day's tolerance in a forecast of weeks does not change. */
const todayOf = ({ clock }: PredictorContext): string => clock().slice(0, 10);

const isComing = ({ status, date }: CancellationFacts, today: string): boolean =>
  status === 'open' && (date === null || date >= today);

/** Scores by facts; what falls back counts the bookings that have ended once for each tenant and kind. */
const scoringIn = (context: PredictorContext) => {
  const rates = new Map<string, () => Promise<number>>();
  const baseRate = ({ tenant, kind }: CancellationFacts): (() => Promise<number>) => {
    const key = `${tenant} ${kind}`;
    const known = rates.get(key) ?? once(() => lostShare(context, tenant, kind));
    rates.set(key, known);
    return known;
  };
  return async (facts: CancellationFacts, cause: string, correlationId?: string): Promise<NewPrediction> => {
    const { tenant, kind, id, date } = facts;
    const scored = await scoreChance(context, {
      tenant,
      model: 'cancellation',
      subject: id,
      row: cancellationRow(facts, todayOf(context)),
      baseRate: baseRate(facts),
    });
    return {
      tenant,
      kind: 'cancellation',
      subject: id,
      causationId: cause,
      ...(correlationId === undefined ? {} : { correlationId }),
      event: {
        type: 'booking.cancellation-scored.v1',
        data: { subjectKind: kind, subjectId: id, date, ...scored },
      },
    };
  };
};

const lostShare = async (
  { documents, collection }: PredictorContext,
  tenant: string,
  kind: CancellationFacts['kind'],
): Promise<number> => {
  const [lost, kept] = await Promise.all(
    ['lost', 'kept'].map((status) => documents.count(collection(VIEW), { tenant, kind, status })),
  );
  return rateOf(lost ?? 0, (lost ?? 0) + (kept ?? 0));
};
