import { describe, expect, it } from 'vitest';
import { createSerial } from './serial.ts';

describe('a serial queue', () => {
  it('runs one at a time in order, also after one that failed', async () => {
    const run = createSerial();
    const steps: string[] = [];
    const work = (name: string, fails = false) =>
      run(async () => {
        steps.push(`${name} begins`);
        await Promise.resolve();
        steps.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
