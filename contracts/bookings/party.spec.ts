import { describe, expect, it } from 'vitest';
import { option } from '../events/catalogue.ts';
import { brokenPartyRule, countUnits, seatsOf } from './party.ts';

const boat = option.parse({
  id: 'boat',
  internalName: 'Boat',
  cancellationCutoff: { amount: 1, unit: 'hour' },
  durationMinutes: 60,
  restrictions: { minUnits: 2, maxUnits: 6 },
  units: [
    { id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: { maxQuantity: 4 } },
    { id: 'child', internalName: 'Child', type: 'CHILD', restrictions: { accompaniedBy: ['adult', 'family'] } },
    { id: 'family', internalName: 'Family', type: 'FAMILY', restrictions: { paxCount: 4 } },
    { id: 'group', internalName: 'Group', type: 'OTHER', restrictions: { minQuantity: 3 } },
    { id: 'infant', internalName: 'Infant', type: 'INFANT', restrictions: { paxCount: 0, accompaniedBy: ['adult'] } },
  ],
});

describe('a party', () => {
  it.each([
    [['adult', 'adult']],
    [['adult', 'child', 'infant']],
    [['family', 'child']],
    [['group', 'group', 'group']],
    [['adult', 'adult', 'adult', 'adult', 'child', 'infant']],
  ])('of %j fits', (unitIds) => {
    expect(brokenPartyRule(boat, unitIds)).toBeUndefined();
  });

  it.each([
    [['adult', 'pensioner'], 'unitItems.1.unitId', 'pensioner'],
    [[], 'unitItems', 'at least 2'],
    [['adult'], 'unitItems', 'at least 2'],
    [Array(7).fill('child'), 'unitItems', 'at most 6'],
    [['child', 'adult', 'adult', 'adult', 'adult', 'adult'], 'unitItems.1', 'at most 4'],
    [['adult', 'group', 'group'], 'unitItems.1', 'at least 3'],
    [['child', 'child'], 'unitItems.0', 'must come with one of: adult, family'],
    [['family', 'infant'], 'unitItems.1', 'must come with one of: adult'],
  ])('of %j does not: %s', (unitIds, field, why) => {
    expect(brokenPartyRule(boat, unitIds)).toEqual({
      rejected: 'INVALID_UNITS',
      field,
      detail: expect.stringContaining(why),
    });
  });

  it('takes the seats that its units stand for', () => {
    expect(seatsOf(boat, countUnits(['family', 'adult', 'adult', 'infant']))).toBe(6);
    expect(seatsOf(boat, countUnits(['infant', 'unknown']))).toBe(0);
  });
});
