import { type Rejection, reject } from '../../contracts/decider.ts';
import type { Option, Price, ProductDetails } from '../../contracts/events/catalogue.ts';

const flaw = (detail: string, field: string): Rejection => reject('INVALID_BODY', detail, field);

/** What is wrong with an option that its schema cannot tell; undefined when nothing is. */
export const flawOfOption = ({ restrictions, units }: Option): Rejection | undefined => {
  if (isMoreThan(restrictions.minUnits, restrictions.maxUnits)) {
    return flaw('minUnits is more than maxUnits', 'restrictions.minUnits');
  }
  const ids = units.map(({ id }) => id);
  for (const [index, unit] of units.entries()) {
    const { minAge, maxAge, minQuantity, maxQuantity, accompaniedBy } = unit.restrictions;
    const path = `units.${index}`;
    if (ids.indexOf(unit.id) < index) return flaw(`there are two units ${unit.id}`, `${path}.id`);
    if (minAge > maxAge) return flaw('minAge is more than maxAge', `${path}.restrictions.minAge`);
    if (isMoreThan(minQuantity, maxQuantity)) {
      return flaw('minQuantity is more than maxQuantity', `${path}.restrictions.minQuantity`);
    }
    const unknown = accompaniedBy.find((id) => !ids.includes(id) || id === unit.id);
    if (unknown !== undefined) {
      return flaw(`${unknown} is not another unit of the option`, `${path}.restrictions.accompaniedBy`);
    }
  }
  return undefined;
};

/** What is wrong with the prices of an option; undefined when nothing is. */
export const flawOfPrices = (
  prices: readonly Price[],
  option: Option,
  { pricingPer }: ProductDetails,
): Rejection | undefined => {
  for (const [index, { unitId }] of prices.entries()) {
    const field = `prices.${index}.unitId`;
    if (pricingPer === 'BOOKING' && unitId !== null) return flaw('the product is priced per booking', field);
    if (pricingPer === 'UNIT' && unitId === null) return flaw('the product is priced per unit', field);
    if (unitId !== null && !option.units.some(({ id }) => id === unitId)) {
      return flaw(`the option has no unit ${unitId}`, field);
    }
    if (prices.findIndex((other) => other.unitId === unitId) < index) return flaw('it has a price already', field);
  }
  return undefined;
};

const isMoreThan = (min: number | null, max: number | null): boolean => min !== null && max !== null && min > max;
