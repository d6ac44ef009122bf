import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf, type RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import type { Projection } from '../runner/projection.ts';
import { chanceRollups, type JudgedChance, type ToldChance } from './chance-quality.ts';

interface FirstScore extends ToldChance {
  readonly at: string;
}

/** The scores of one booking or stay beside what became of it. */
export interface CancellationOutcome {
  readonly tenant: string;
  /** Day of travel or arrival, as the latest score or change tells it, and since when. Null: open-dated, or not scored. */
  readonly date: string | null;
  readonly dateSince: string;
  /** Instant at which it was cancelled or missed; null: not so far, which counts as kept once its day has passed. */
  readonly lostAt: string | null;
  /** The first score of each version: a later one knows more, and is no measure of what the first was good for. */
  readonly scores: readonly FirstScore[];
}

type Event = Occurred<PredictionEvent | StayEvent | BookingEvent>;

const unknown = (tenant: string): CancellationOutcome => ({
  tenant,
  date: null,
  dateSince: '',
  lostAt: null,
  scores: [],
});

/** Scores and outcomes come over different streams: whichever comes first, the same document comes of them. */
const evolve = (before: CancellationOutcome | undefined, event: Event): CancellationOutcome | undefined => {
  const outcome = before ?? unknown(event.tenant);
  switch (event.type) {
    case 'booking.cancellation-scored.v1':
      return { ...dated(outcome, event.data.date, event.time), scores: withScore(outcome.scores, event) };
    case 'stay.changed.v1':
      return before && dated(outcome, event.data.terms.arrivalDate, event.time);
    case 'stay.cancelled.v1':
    case 'stay.no-show.v1':
    case 'booking.cancelled.v1':
      return { ...outcome, lostAt: event.time };
    // Corrects a no-show that came after all.
    case 'stay.checked-in.v1':
      return before && (outcome.lostAt ?? '') <= event.time ? { ...outcome, lostAt: null } : before;
    default:
      return before;
  }
};

const dated = (outcome: CancellationOutcome, date: string | null, since: string): CancellationOutcome =>
  since < outcome.dateSince ? outcome : { ...outcome, date, dateSince: since };

const withScore = (
  scores: readonly FirstScore[],
  { time, data }: Extract<Event, { type: 'booking.cancellation-scored.v1' }>,
): readonly FirstScore[] => {
  const { model, version, fallback, probability, atRisk } = data;
  const first = scores.find((score) => score.version === version && score.fallback === fallback);
  if (first !== undefined && first.at <= time) return scores;
  const score: FirstScore = { at: time, model, version, fallback, probability, atRisk };
  return [...scores.filter((other) => other !== first), score];
};

/** Whoever is scored when it is lost already, or when the day has come, is not judged. */
const judgedOf = ({ tenant, date, lostAt, scores }: CancellationOutcome): readonly JudgedChance[] =>
  date === null
    ? []
    : scores
        .filter(({ at }) => at.slice(0, 10) <= date && (lostAt === null || at < lostAt))
        .map(({ at: _, ...told }) => ({ ...told, tenant, day: date, happened: lostAt !== null }));

const subjectOf = (event: RecordedEvent): string =>
  event.type === 'booking.cancellation-scored.v1'
    ? (event.data as { readonly subjectId: string }).subjectId
    : idOf(event.stream);

/** How good the scores of cancellation were, as far as it is known by now. */
export const cancellationOutcomes: Projection<CancellationOutcome> = {
  name: 'cancellation-outcomes',
  version: 1,
  handles: [
    'booking.cancellation-scored.v1',
    'stay.changed.v1',
    'stay.cancelled.v1',
    'stay.no-show.v1',
    'stay.checked-in.v1',
    'booking.cancelled.v1',
  ],
  indexes: [],
  key: subjectOf,
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (outcome, event) => evolve(outcome, event as unknown as Event),
  rollups: chanceRollups(judgedOf),
};
