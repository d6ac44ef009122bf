import { type Rejection, reject } from '../decider.ts';
import type { Option, Unit } from '../events/catalogue.ts';

/** How many of each unit id. */
export type Quantities = ReadonlyMap<string, number>;

/** Counts unit ids. */
export const countUnits = (unitIds: readonly string[]): Quantities => {
  const counts = new Map<string, number>();
  for (const id of unitIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

/** Seats that a party takes: the sum of what each unit stands for. Unknown units count 0. */
export const seatsOf = (option: Option, quantities: Quantities): number =>
  option.units.reduce((sum, unit) => sum + unit.restrictions.paxCount * (quantities.get(unit.id) ?? 0), 0);

/**
 * The rule of the option that a party breaks: INVALID_UNITS with the offending field.
 * @param unitIds one entry for each unit item, in the order of the request.
 */
export const brokenPartyRule = (option: Option, unitIds: readonly string[]): Rejection | undefined => {
  const units = new Map(option.units.map((unit) => [unit.id, unit]));
  const unknown = unitIds.findIndex((id) => !units.has(id));
  if (unknown >= 0) {
    return reject('INVALID_UNITS', `the option has no unit ${unitIds[unknown]}`, `unitItems.${unknown}.unitId`);
  }
  const { minUnits, maxUnits } = option.restrictions;
  const least = Math.max(1, minUnits ?? 1);
  if (unitIds.length < least) return reject('INVALID_UNITS', `at least ${least} units must be booked`, 'unitItems');
  if (maxUnits !== null && unitIds.length > maxUnits) {
    return reject('INVALID_UNITS', `at most ${maxUnits} units can be booked together`, 'unitItems');
  }
  const quantities = countUnits(unitIds);
  for (const [id, quantity] of quantities) {
    const unit = units.get(id);
    const broken = unit && brokenUnitRule(unit, quantity, quantities, `unitItems.${unitIds.indexOf(id)}`);
    if (broken !== undefined) return broken;
  }
  return undefined;
};

const brokenUnitRule = (unit: Unit, quantity: number, all: Quantities, field: string): Rejection | undefined => {
  const { minQuantity, maxQuantity, accompaniedBy } = unit.restrictions;
  if (minQuantity !== null && quantity < minQuantity) {
    return reject('INVALID_UNITS', `at least ${minQuantity} of ${unit.internalName} must be booked`, field);
  }
  if (maxQuantity !== null && quantity > maxQuantity) {
    return reject('INVALID_UNITS', `at most ${maxQuantity} of ${unit.internalName} can be booked`, field);
  }
  if (accompaniedBy.length > 0 && !accompaniedBy.some((id) => all.has(id))) {
    return reject('INVALID_UNITS', `${unit.internalName} must come with one of: ${accompaniedBy.join(', ')}`, field);
  }
  return undefined;
};
