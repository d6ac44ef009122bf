import {
  DEMAND_MEASURES,
  type DemandMeasure,
  type DemandMove,
  FARTHEST_LEAD,
  NEAREST_LEAD,
} from '../../contracts/features/demand-facts.ts';
import { dayNumber } from './day-number.ts';

/** What became known of one measure of one day: sums of all moves that far ahead or farther, farthest first. */
interface Curve {
  readonly leads: readonly number[];
  readonly sums: readonly number[];
}

type Change = Pick<DemandMove, 'date' | 'measure' | 'lead' | 'amount'>;

/** What was booked and offered of one hotel or product, with the day on which each of it became known. */
export class DemandLedger {
  readonly subjectKind: DemandMove['subjectKind'];
  readonly subjectId: string;
  readonly #changes = new Map<DemandMeasure, Map<number, Map<number, number>>>();
  readonly #curves = new Map<DemandMeasure, Map<number, Curve>>(DEMAND_MEASURES.map((one) => [one, new Map()]));
  #days: readonly number[] | undefined;

  constructor(subjectKind: DemandMove['subjectKind'], subjectId: string) {
    this.subjectKind = subjectKind;
    this.subjectId = subjectId;
  }

  add({ date, measure, lead, amount }: Change): void {
    const day = dayNumber(date);
    const byDay = this.#changes.get(measure) ?? new Map<number, Map<number, number>>();
    this.#changes.set(measure, byDay);
    const byLead = byDay.get(day) ?? new Map<number, number>();
    byDay.set(day, byLead);
    byLead.set(lead, (byLead.get(lead) ?? 0) + amount);
    this.#curves.get(measure)?.delete(day);
    this.#days = undefined;
  }

  /** How much of a measure of `day` was known at the end of the day `asOf` (day numbers). At most 90 days ahead. */
  known(measure: DemandMeasure, day: number, asOf: number): number {
    const { leads, sums } = this.#curve(measure, day);
    const nearest = Math.max(NEAREST_LEAD, day - asOf);
    let last = leads.length - 1;
    while (last >= 0 && (leads[last] ?? 0) < nearest) last--;
    return sums[last] ?? 0;
  }

  /** The first day of which anything booked was known at the end of `asOf`; undefined: nothing was booked so far. */
  firstDay(asOf: number): number | undefined {
    this.#days ??= [...(this.#changes.get('booked')?.keys() ?? [])].sort((a, b) => a - b);
    return this.#days.find((day) => day - asOf < FARTHEST_LEAD && this.known('booked', day, asOf) !== 0);
  }

  #curve(measure: DemandMeasure, day: number): Curve {
    const curves = this.#curves.get(measure);
    const before = curves?.get(day);
    if (before !== undefined) return before;
    const changes = [...(this.#changes.get(measure)?.get(day) ?? [])].sort(([a], [b]) => b - a);
    let sum = 0;
    const curve = { leads: changes.map(([lead]) => lead), sums: changes.map(([, amount]) => (sum += amount)) };
    curves?.set(day, curve);
    return curve;
  }
}
