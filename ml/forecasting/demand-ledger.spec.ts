import { describe, expect, it } from 'vitest';
import { dayNumber } from './day-number.ts';
import { DemandLedger } from './demand-ledger.ts';

const date = '2026-05-15';
const day = dayNumber(date);

const ledgerOf = (...moves: readonly (readonly [lead: number, amount: number])[]): DemandLedger => {
  const ledger = new DemandLedger('hotel', 'h');
  for (const [lead, amount] of moves) ledger.add({ date, measure: 'booked', lead, amount });
  return ledger;
};

describe('what a ledger knew on a day', () => {
  it('is what had been moved by then, in whatever order it was told', () => {
    for (const ledger of [ledgerOf([30, 4], [10, 2], [3, -1]), ledgerOf([3, -1], [30, 4], [10, 2])]) {
      expect([31, 30, 11, 10, 3, 0].map((lead) => ledger.known('booked', day, day - lead))).toEqual([0, 4, 4, 6, 5, 5]);
    }
  });

  it('learns of late corrections only when they were made', () => {
    const ledger = ledgerOf([5, 3], [-2, -1]);
    expect(ledger.known('booked', day, day)).toBe(3);
    expect(ledger.known('booked', day, day + 2)).toBe(2);
  });

  it('takes what comes after it was asked', () => {
    const ledger = ledgerOf([5, 3]);
    expect(ledger.known('booked', day, day)).toBe(3);
    ledger.add({ date, measure: 'booked', lead: 1, amount: 2 });
    expect(ledger.known('booked', day, day)).toBe(5);
  });

  it('begins with the first day of which anything was known', () => {
    const ledger = ledgerOf([20, 1]);
    expect(ledger.firstDay(day - 21)).toBeUndefined();
    expect(ledger.firstDay(day - 20)).toBe(day);
  });
});
