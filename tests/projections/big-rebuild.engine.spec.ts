import { describe, expect, it } from 'vitest';
import { rebuildWhileWritesGoOn } from './big-rebuild.ts';
import { enginesAreUp, openEngineStage } from './engine-stage.ts';

const EVENTS = Number(process.env.REBUILD_EVENTS ?? 10_000);

describe.runIf(enginesAreUp)('over the engines', () => {
  it(
    `a view of ${EVENTS} events is rebuilt while writes go on, and no answer is wrong at any moment`,
    async () => {
      const stage = await openEngineStage();
      try {
        const report = await rebuildWhileWritesGoOn(stage, EVENTS);
        console.log(report);
        expect(report.wrong).toEqual([]);
        expect(report.switched).toBe(true);
        expect(report.writtenMeanwhile).toBeGreaterThan(10);
      } finally {
        await stage.close();
      }
    },
    120_000 + EVENTS * 5,
  );
});
