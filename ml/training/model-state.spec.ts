import { expect, it } from 'vitest';
import { nextVersion } from './model-state.ts';

it.each([
  [[], '1.0.0'],
  [['1.0.0'], '1.1.0'],
  [['1.9.0', '1.10.2', '1.2.0'], '1.11.0'],
  [['1.9.0', '2.0.0-rc.1'], '2.1.0'],
  [['0.3.0'], '0.4.0'],
])('after %j comes %s', (taken, next) => expect(nextVersion(taken)).toBe(next));
