import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { customerIdOf } from '../../contracts/features/customer-id.ts';
import { applyPurchaseEvent } from '../../contracts/features/customer-purchase.ts';
import { addDays } from '../../contracts/local-date.ts';
import type { Projection } from '../runner/projection.ts';
import { chanceRollups, type JudgedChance, type ToldChance } from './chance-quality.ts';

/** As many months of scores, and days of purchases, are kept of a customer. */
const MOST_SCORES = 36;
const MOST_PURCHASES = 400;

interface MonthlyScore extends ToldChance {
  readonly asOf: string;
  /** Last day of the horizon. */
  readonly due: string;
}

/** The scores of one customer beside the days on which something was bought. */
export interface ChurnOutcome {
  readonly tenant: string;
  /** The first score of each version in each month: those of the days between look at almost the same horizon. */
  readonly scores: readonly MonthlyScore[];
  /** UTC dates, in order, each once. */
  readonly purchases: readonly string[];
}

type Event = Occurred<PredictionEvent | StayEvent | BookingEvent>;

/** Scores and purchases come over different streams: whichever comes first, the same document comes of them. */
const evolve = (before: ChurnOutcome | undefined, event: Event): ChurnOutcome => {
  const outcome = before ?? { tenant: event.tenant, scores: [], purchases: [] };
  if (event.type === 'customer.churn-scored.v1') return { ...outcome, scores: withScore(outcome.scores, event.data) };
  const day = event.time.slice(0, 10);
  if (outcome.purchases.includes(day)) return outcome;
  return { ...outcome, purchases: [...outcome.purchases, day].sort().slice(-MOST_PURCHASES) };
};

const withScore = (
  scores: readonly MonthlyScore[],
  data: Extract<Event, { type: 'customer.churn-scored.v1' }>['data'],
): readonly MonthlyScore[] => {
  const { asOf, horizonDays, model, version, fallback, probability, atRisk } = data;
  const month = asOf.slice(0, 7);
  const first = scores.find(
    (score) => score.asOf.startsWith(month) && score.version === version && score.fallback === fallback,
  );
  if (first !== undefined && first.asOf <= asOf) return scores;
  const score: MonthlyScore = { asOf, due: addDays(asOf, horizonDays), model, version, fallback, probability, atRisk };
  return [...scores.filter((other) => other !== first), score]
    .sort((a, b) => (a.asOf < b.asOf ? -1 : 1))
    .slice(-MOST_SCORES);
};

/** Until the horizon has passed a cell tells what is known so far; nobody reads it before. */
const judgedOf = ({ tenant, scores, purchases }: ChurnOutcome): readonly JudgedChance[] =>
  scores.map(({ asOf, due, ...told }) => ({
    ...told,
    tenant,
    day: due,
    happened: !purchases.some((day) => day > asOf && day <= due),
  }));

/** The customer of a purchase as the scores name it; undefined: nobody is known. */
const customerOf = (event: Event): string | undefined => {
  switch (event.type) {
    case 'customer.churn-scored.v1':
      return event.data.customerId;
    case 'booking.confirmed.v1':
      return customerIdOf(event.tenant, event.data.contact.emailAddress) ?? undefined;
    case 'stay.booked.v1':
      return applyPurchaseEvent(undefined, event)?.customerId ?? undefined;
    default:
      return undefined;
  }
};

/** How good the scores of churn were, as far as their horizons have passed. */
export const churnOutcomes: Projection<ChurnOutcome> = {
  name: 'churn-outcomes',
  version: 1,
  handles: ['customer.churn-scored.v1', 'booking.confirmed.v1', 'stay.booked.v1'],
  indexes: [],
  key: (event: RecordedEvent) => {
    // The runner gives only the types of `handles`, in their newest version.
    const customer = customerOf(event as unknown as Event);
    return customer === undefined ? undefined : `${event.tenant}.${customer}`;
  },
  evolve: (outcome, event) => evolve(outcome, event as unknown as Event),
  rollups: chanceRollups(judgedOf),
};
