import { expect, it } from 'vitest';
import { rebuildWhileWritesGoOn } from './big-rebuild.ts';
import { openStage } from './running-views.ts';

/** The long run: REBUILD_EVENTS=1000000 npx vitest run tests/projections/big-rebuild */
const EVENTS = Number(process.env.REBUILD_EVENTS ?? 30_000);

it(
  `a view of ${EVENTS} events is rebuilt while writes go on, and no answer is wrong at any moment`,
  async () => {
    const stage = await openStage();
    try {
      const report = await rebuildWhileWritesGoOn(stage, EVENTS);
      console.log(report);
      expect(report.wrong).toEqual([]);
      expect(report.switched).toBe(true);
      expect(report.writtenMeanwhile).toBeGreaterThan(10);
      expect(report.looks).toBeGreaterThan(10);
    } finally {
      await stage.close();
    }
  },
  60_000 + EVENTS * 2,
);
