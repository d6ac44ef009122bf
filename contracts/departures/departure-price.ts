import { adjustedAmount } from '../bookings/pricing.ts';
import type { DepartureView } from '../views/departure.ts';

/** Where a price stands, in minor units. */
export interface PriceNow {
  readonly current: number;
  /** As the UTC day began: the limit of a day's change is measured from it. */
  readonly dayBegan: number;
}

/**
 * The price of a departure as it stands.
 * @param listPrice of an adult, or of the booking where the product is priced so
 * @param now ISO 8601 UTC instant
 */
export const departurePriceAt = (
  { adjustment, repriced }: Pick<DepartureView, 'adjustment' | 'repriced'>,
  listPrice: number,
  now: string,
): PriceNow => {
  const current = adjustedAmount(listPrice, adjustment);
  const movedToday = repriced !== null && repriced.on === now.slice(0, 10);
  return { current, dayBegan: movedToday ? adjustedAmount(listPrice, repriced.from) : current };
};
