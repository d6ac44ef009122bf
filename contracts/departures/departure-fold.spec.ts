import { expect, it } from 'vitest';
import { applyDepartureEvent } from './departure-fold.ts';

it('refuses a departure whose log does not begin with its schedule', () => {
  const event = { type: 'departure.reopened.v1', data: { departureId: 'd1' }, time: 't', tenant: 't1' } as const;
  expect(() => applyDepartureEvent(undefined, event)).toThrow('never scheduled');
});
