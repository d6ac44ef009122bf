import { afterEach, describe, expect, it } from 'vitest';
import { percentile } from '../../tests/bench/report.ts';
import { corrupt, linear, lookup } from '../../tests/ml/served-models.ts';
import { ask, features, openServingStage, type ServingStage } from '../../tests/ml/serving-stage.ts';
import type { Prediction } from './model-client.ts';

describe('a new version', () => {
  let stage: ServingStage;
  afterEach(() => stage.close());

  const predict = (change: Parameters<typeof ask>[2] = {}) =>
    stage.client.predict(ask('price', features([1, 1]), change));
  const metric = async (name: string) => (await stage.metrics.getSingleMetric(name)?.get())?.values ?? [];

  it('takes over under load without one failure, and so does the old one when it is rolled back', async () => {
    stage = await openServingStage();
    const [one, two] = [
      await stage.models.add('price', '1.0.0', linear(2)),
      await stage.models.add('price', '2.0.0', linear(3)),
    ];
    stage.models.set('price', { live: one });
    await predict();
    const answers: { readonly answer: Prediction; readonly ms: number; readonly during: number }[] = [];
    let during = 0;
    let goesOn = true;
    const client = async () => {
      while (goesOn) {
        const startedAt = performance.now();
        const phase = during;
        const answer = await predict();
        answers.push({ answer, ms: performance.now() - startedAt, during: phase });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const load = Promise.all(Array.from({ length: 8 }, client));
    const answeredBy = (version: string, phase: number) => () =>
      answers.filter((one) => one.during === phase && one.answer.version === version).length;
    await expect.poll(answeredBy('1.0.0', 0), { timeout: 10_000 }).toBeGreaterThan(400);
    during = 1;
    stage.models.set('price', { live: two });
    await expect.poll(answeredBy('2.0.0', 1), { timeout: 10_000 }).toBeGreaterThan(400);
    during = 2;
    stage.models.set('price', { live: one });
    await expect.poll(answeredBy('1.0.0', 2), { timeout: 10_000 }).toBeGreaterThan(400);
    goesOn = false;
    await load;

    for (const { answer } of answers)
      expect(answer.outputs.score?.data).toEqual(Float32Array.of(answer.version === '1.0.0' ? 3 : 4));
    const p99 = (phase: number) =>
      percentile(
        answers.filter((one) => one.during === phase).map(({ ms }) => ms),
        0.99,
      );
    // Loading a model keeps a worker busy for some milliseconds; nothing waits for a process, a file or a warm-up.
    expect(p99(1)).toBeLessThan(10 * p99(0) + 50);
    expect(p99(2)).toBeLessThan(10 * p99(0) + 50);
    expect(stage.warnings).toEqual([]);
  });

  it('that is no model takes no traffic: the one before it goes on', async () => {
    stage = await openServingStage({ warmAgainMs: 20 });
    stage.models.set('price', { live: await stage.models.add('price', '1.0.0', linear(2)) });
    await predict();
    stage.models.set('price', { live: await stage.models.add('price', '2.0.0', corrupt()) });
    await expect.poll(() => stage.warnings, { timeout: 10_000 }).toHaveLength(1);
    expect(stage.warnings[0]).toContain('price 2.0.0 of tenant-1 could not be warmed up and takes no traffic');
    expect((await predict()).version).toBe('1.0.0');
    // It is tried again now and then: a file may have been away for a moment only.
    const warningsAfterAsking = async () => {
      await predict();
      return stage.warnings.length;
    };
    await expect.poll(warningsAfterAsking, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(stage.client.figures()).toContainEqual(
      expect.objectContaining({ version: '2.0.0', stage: 'live', predictions: 0 }),
    );
  });

  it('that is promoted while the process is away is warmed up when it is back, and is not to blame', async () => {
    stage = await openServingStage({ restartMs: 300 });
    stage.models.set('price', { live: await stage.models.add('price', '1.0.0', linear(2)) });
    const two = await stage.models.add('price', '2.0.0', linear(3));
    await predict();
    process.kill(stage.client.pool().pid ?? 0, 'SIGKILL');
    await expect.poll(() => stage.client.pool().circuit, { timeout: 5_000, interval: 1 }).toBe('open');
    stage.models.set('price', { live: two });
    await expect.poll(async () => (await predict().catch(() => undefined))?.version, { timeout: 15_000 }).toBe('2.0.0');
    expect(stage.client.figures().every(({ errors }) => errors === 0)).toBe(true);
  });

  it('that is a canary gets its share of keys, always the same ones, once it is warm', async () => {
    stage = await openServingStage();
    const canary = { ...(await stage.models.add('price', '2.0.0', linear(3))), share: 0.25 };
    stage.models.set('price', { live: await stage.models.add('price', '1.0.0', linear(2)), canary });
    await expect
      .poll(async () => (await predict({ key: 'customer-5' })).stage + (await predict({ key: 'customer-6' })).stage, {
        timeout: 10_000,
      })
      .toContain('canary');
    const keys = Array.from({ length: 400 }, (_, at) => `customer-${at}`);
    const stages = async () => await Promise.all(keys.map(async (key) => (await predict({ key })).stage));
    const first = await stages();
    expect(await stages()).toEqual(first);
    const share = first.filter((one) => one === 'canary').length / keys.length;
    // Four standard deviations.
    expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / keys.length));
    expect(stage.client.figures().map(({ version, stage: of }) => [version, of])).toEqual(
      expect.arrayContaining([
        ['1.0.0', 'live'],
        ['2.0.0', 'canary'],
      ]),
    );
  });

  it('that is a canary and fails is stood in for by the live one, and its errors are counted', async () => {
    stage = await openServingStage();
    const canary = { ...(await stage.models.add('price', '2.0.0', lookup())), share: 1 };
    stage.models.set('price', { live: await stage.models.add('price', '1.0.0', linear(2)), canary });
    await expect.poll(async () => (await predict()).stage, { timeout: 10_000 }).toBe('canary');
    const answer = await stage.client.predict(ask('price', features([99, 1])));
    expect(answer).toMatchObject({ version: '1.0.0', stage: 'live' });
    expect(stage.client.figures()).toContainEqual(
      expect.objectContaining({ version: '2.0.0', stage: 'canary', errors: 1 }),
    );
  });

  it('that is a canary with other features is at fault where it alone refuses a row', async () => {
    stage = await openServingStage();
    const canary = { ...(await stage.models.add('price', '2.0.0', linear(3))), share: 1 };
    stage.models.set('price', { live: await stage.models.add('price', '1.0.0', linear(2)), canary });
    await expect.poll(async () => (await predict()).stage, { timeout: 10_000 }).toBe('canary');
    const onlyLive = {
      inputsFor: ({ version }: { readonly version: string }) => (version === '1.0.0' ? features([1, 1]) : {}),
    };
    expect((await predict(onlyLive)).stage).toBe('live');
    await expect(predict({ inputsFor: () => ({}) })).rejects.toThrow('not nothing');
    expect(stage.client.figures()).toContainEqual(expect.objectContaining({ version: '2.0.0', errors: 1 }));
  });

  it('that is a shadow scores beside the live one, which alone answers', async () => {
    stage = await openServingStage();
    const shadows = [
      await stage.models.add('price', '2.0.0', linear(3)),
      await stage.models.add('price', '3.0.0', lookup()),
    ];
    stage.models.set('price', { live: await stage.models.add('price', '1.0.0', linear(2)), shadows });
    const sum = async (version: string, part: string) =>
      (await metric('ml_shadow_difference')).find(
        (value) =>
          value.labels.version === version &&
          'metricName' in value &&
          value.metricName === `ml_shadow_difference_${part}`,
      )?.value ?? 0;
    await expect
      .poll(
        async () => {
          const answer = await predict();
          expect(answer).toMatchObject({
            version: '1.0.0',
            stage: 'live',
            outputs: { score: { data: Float32Array.of(3) } },
          });
          return await sum('3.0.0', 'count');
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    // 3 from the live one, 4 from the first shadow, 20 from the second.
    expect(await sum('2.0.0', 'sum')).toBeCloseTo(await sum('2.0.0', 'count'), 5);
    expect(await sum('3.0.0', 'sum')).toBeCloseTo(17 * (await sum('3.0.0', 'count')), 5);
    const answer = await stage.client.predict(ask('price', features([99, 1])));
    expect(answer).toMatchObject({ version: '1.0.0', stage: 'live' });
    await expect
      .poll(() => metric('ml_shadow_failures_total'))
      .toEqual([{ labels: { model: 'price', version: '3.0.0' }, value: 1 }]);
  });
});
