import type { UnitItem } from '../../contracts/events/bookings.ts';
import type { OctoUnitItemBody } from '../../contracts/octo/octo-requests.ts';
import type { WantedUnitItem } from '../bookings/selection.ts';

/** Unit items as the booking service takes them. */
export const wantedUnitItems = (items: readonly OctoUnitItemBody[]): WantedUnitItem[] =>
  items.map(({ uuid, unitId, resellerReference, contact }) => ({
    id: uuid?.toLowerCase(),
    unitId,
    resellerReference,
    contact,
  }));

/**
 * Names the unit items of a request that come without an id: each stands for one of the same unit that the booking has
 * and nobody named. What is left without an id is new.
 */
export const namedUnitItems = (items: readonly OctoUnitItemBody[], known: readonly UnitItem[]): WantedUnitItem[] => {
  const wanted = wantedUnitItems(items);
  const free = known.filter(({ id }) => !wanted.some((item) => item.id === id));
  return wanted.map((item) => {
    if (item.id !== undefined) return item;
    const at = free.findIndex(({ unitId }) => unitId === item.unitId);
    return at < 0 ? item : { ...item, id: free.splice(at, 1)[0]?.id };
  });
};

/** Whether these are the very unit items that the booking has. */
export const isSameParty = (items: readonly WantedUnitItem[], known: readonly UnitItem[]): boolean =>
  items.length === known.length &&
  known.every(({ id, unitId }) => items.some((item) => item.id === id && item.unitId === unitId));
