import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULE } from '../../contracts/models/model-fold.ts';
import type { ModelView } from '../../contracts/views/model.ts';
import type { VersionFigures } from '../serving/version-figures.ts';
import { type TakeBack, takeBackOf, takeBackOnDrift, watchErrorRates } from './auto-rollback.ts';

const model = (changes: Partial<ModelView> = {}): ModelView => ({
  id: 'acme:churn',
  tenant: 'acme',
  name: 'churn',
  task: 'churn',
  versions: [],
  live: '1.0.0',
  history: [],
  canary: { version: '1.1.0', share: 0.1 },
  shadows: ['1.2.0'],
  rule: DEFAULT_RULE,
  updatedAt: '2026-11-30T10:00:00.000Z',
  ...changes,
});
const figures = (version: string, predictions: number, errors: number): VersionFigures => ({
  tenant: 'acme',
  model: 'churn',
  version,
  stage: 'live',
  predictions,
  errors,
});

describe('a version is taken back', () => {
  it('where it fails more often than the rule allows', () => {
    expect(takeBackOf(figures('1.0.0', 80, 20), model())).toEqual({
      tenant: 'acme',
      name: 'churn',
      version: '1.0.0',
      stage: 'live',
      reason: '20 of 100 requests failed, and the rule allows 5 %',
    });
    expect(takeBackOf(figures('1.1.0', 0, 3), model())).toMatchObject({ version: '1.1.0', stage: 'canary' });
  });

  it.each([
    ['it fails as often as is allowed', figures('1.0.0', 95, 5)],
    ['it fails a little more often, as may be chance', figures('1.0.0', 93, 7)],
    ['it failed only twice', figures('1.0.0', 0, 2)],
    ['it is a shadow, that nobody sees', figures('1.2.0', 0, 50)],
    ['it has no traffic any more', figures('0.9.0', 0, 50)],
  ])('not where %s', (_, seen) => expect(takeBackOf(seen, model())).toBeUndefined());

  it('by the rule of the operator', () => {
    const rule = { ...DEFAULT_RULE, maxErrorRate: 0.5 };
    expect(takeBackOf(figures('1.0.0', 80, 20), model({ rule }))).toBeUndefined();
  });
});

describe('a version that does worse on outcomes', () => {
  const drift = { version: '1.0.0', kind: 'performance', of: 'logLoss', value: 0.71, limit: 0.5 } as const;

  it('loses its traffic to the one before', () => {
    expect(takeBackOnDrift(drift, model({ history: ['0.9.0'] }))).toEqual({
      tenant: 'acme',
      name: 'churn',
      version: '1.0.0',
      stage: 'live',
      reason: 'logLoss is 0.710 on outcomes, and its limit is 0.500',
    });
    expect(takeBackOnDrift({ ...drift, version: '1.1.0' }, model())).toMatchObject({ stage: 'canary' });
  });

  it.each([
    ['there is none before it', drift, model()],
    ['its inputs have moved', { ...drift, kind: 'data' } as const, model({ history: ['0.9.0'] })],
    ['it has no traffic', { ...drift, version: '0.8.0' }, model({ history: ['0.9.0'] })],
    [
      'the operator does not want it',
      drift,
      model({ history: ['0.9.0'], rule: { ...DEFAULT_RULE, rollBackOnDrift: false } }),
    ],
  ])('keeps it where %s', (_, seen, of) => expect(takeBackOnDrift(seen, of)).toBeUndefined());
});

describe('watching', () => {
  /** Watches figures that the story changes, until it has looked often enough to have seen them. */
  const watched = async (
    story: (set: (...now: VersionFigures[]) => Promise<void>) => Promise<void>,
    failing = false,
  ) => {
    let now: readonly VersionFigures[] = [];
    let looks = 0;
    const taken: TakeBack[] = [];
    const warnings: string[] = [];
    const watch = watchErrorRates({
      figures: () => {
        looks += 1;
        return now;
      },
      modelOf: async () => {
        if (failing && looks < 3) throw new Error('the documents are away');
        return model();
      },
      takeBack: async (what) => void taken.push(what),
      onWarning: (message) => void warnings.push(message),
      intervalMs: 1,
    });
    await story(async (...next) => {
      now = next;
      for (const until = looks + 5; looks < until; ) await pause(1);
    });
    await watch.stop();
    return { taken, warnings };
  };

  it('takes a failing version back once, and tells why', async () => {
    const { taken, warnings } = await watched(async (set) => {
      await set(figures('1.0.0', 100, 0));
      await set(figures('1.0.0', 100, 10));
      await set(figures('1.0.0', 100, 10));
    });
    expect(taken).toMatchObject([{ version: '1.0.0', stage: 'live' }]);
    expect(warnings).toEqual([expect.stringContaining('10 of 110 requests failed')]);
  });

  it('takes it back again where it goes on failing', async () => {
    const { taken } = await watched(async (set) => {
      await set(figures('1.0.0', 0, 10));
      await set(figures('1.0.0', 0, 20));
    });
    expect(taken.length).toBe(2);
  });

  it('goes on where a look fails', async () => {
    const { taken } = await watched((set) => set(figures('1.0.0', 0, 10)), true);
    expect(taken.length).toBe(1);
  });
});
