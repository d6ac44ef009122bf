import type { PriceRule, PriceScope } from '../../contracts/events/pricing.ts';
import type { PriceRow } from '../../contracts/features/price-features.ts';
import type { PriceSubjectKind } from '../../contracts/pricing/price-ids.ts';

/** A departure or night that has a rule, with what is known about its sale. Amounts in minor units. */
export interface PriceSubject {
  readonly kind: PriceSubjectKind;
  /** Departure id, or id of the night. */
  readonly id: string;
  readonly scope: PriceScope;
  readonly productId: string | null;
  /** Local date. */
  readonly date: string;
  readonly rule: PriceRule;
  readonly current: number;
  /** The price as the UTC day began. */
  readonly dayBegan: number;
  /** Places that are left; null: not limited. */
  readonly places: number | null;
  /** What the price model is asked. */
  readonly row: PriceRow;
  /** How many more are expected to buy at the usual price; undefined: nothing is known of it. */
  readonly demand: ExpectedDemand | undefined;
}

export interface ExpectedDemand {
  readonly mean: number;
  readonly deviation: number;
  /** Where it comes from, in words. */
  readonly source: string;
}
