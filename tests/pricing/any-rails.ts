import fc from 'fast-check';
import type { Rails } from '../../contracts/pricing/rails.ts';

/** Any rails, also such as leave nothing. @param most of amounts and of the step, in minor units */
export const anyRails = (most: number): fc.Arbitrary<Rails> => {
  const amount = fc.integer({ min: 0, max: most });
  return fc.record({
    floor: amount,
    ceiling: amount,
    step: fc.integer({ min: 1, max: Math.ceil(most / 10) }),
    maxChangePercent: fc.integer({ min: 1, max: 100 }),
    parity: fc.array(
      fc.record({
        channel: fc.constant('desk'),
        price: amount,
        rule: fc.constantFrom('not-under' as const, 'not-over' as const),
      }),
      { maxLength: 3 },
    ),
  });
};
