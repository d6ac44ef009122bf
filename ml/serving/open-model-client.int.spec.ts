import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OverloadedError } from '../../infra/overloaded-error.ts';
import { corrupt, linear, lookup, slow } from '../../tests/ml/served-models.ts';
import { ask, features, openServingStage, productsFor, type ServingStage } from '../../tests/ml/serving-stage.ts';
import { encodeRows } from '../features/encode-rows.ts';
import type { Manifest } from '../registry/manifest.ts';
import { InvalidTensorError, ModelUnavailableError, PredictionTimeoutError } from './model-client.ts';

describe('the pool of models', () => {
  let stage: ServingStage;
  afterEach(() => stage.close());

  const live = async (name: string, model: Parameters<ServingStage['models']['add']>[2], version = '1.0.0') => {
    const served = await stage.models.add(name, version, model);
    stage.models.set(name, { live: served });
    return served;
  };
  const metric = async (name: string) => (await stage.metrics.getSingleMetric(name)?.get())?.values ?? [];

  it('answers with the outputs of the live version, its manifest, and how long it took', async () => {
    stage = await openServingStage();
    const { manifest } = await live('price', linear(2));
    const answer = await stage.client.predict(ask('price', features([1, 2], [3, 4])));
    expect(answer).toMatchObject({ model: 'price', version: '1.0.0', stage: 'live', manifest, batchRows: 2 });
    expect(answer.outputs).toEqual({ score: { type: 'float32', dims: [2, 1], data: Float32Array.of(4, 10) } });
    expect(answer.queueMs).toBeGreaterThanOrEqual(0);
    expect(answer.runMs).toBeGreaterThan(0);
  });

  it('starts no process before the first prediction', async () => {
    stage = await openServingStage();
    await live('price', linear(2));
    expect(stage.client.pool()).toEqual({ pid: undefined, circuit: 'closed' });
  });

  it('puts requests that come together into one batch, and gives each its own rows', async () => {
    stage = await openServingStage({}, 1);
    await live('price', linear(2));
    await stage.client.predict(ask('price', features([0, 0])));
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    const answers = await Promise.all(
      numbers.map((at) => stage.client.predict(ask('price', features([at, 0], [at, 1])))),
    );
    expect(answers.map(({ outputs }) => [...(outputs.score?.data ?? [])])).toEqual(
      numbers.map((at) => [2 * at, 2 * at + 1]),
    );
    expect(Math.max(...answers.map(({ batchRows }) => batchRows))).toBeGreaterThan(8);
    const batches = await metric('ml_batch_rows');
    const count = batches.find((value) => 'metricName' in value && value.metricName === 'ml_batch_rows_count');
    expect(count?.value).toBeLessThan(numbers.length / 2);
  });

  it('puts only those together whose free axes are of one length', async () => {
    stage = await openServingStage({}, 1);
    const inputs: Manifest['inputs'] = [{ name: 'tokens', type: 'int64', shape: ['batch', -1] }];
    const outputs: Manifest['outputs'] = [{ name: 'sum', type: 'int64', shape: ['batch', 1] }];
    const axis = { name: 'axis', dims: [1], data: BigInt64Array.of(1n) };
    const nodes = [{ op: 'ReduceSum', inputs: ['tokens', 'axis'], outputs: ['sum'] }];
    const manifest = { inputs, outputs };
    await live('sums', { onnx: { name: 'sums', inputs, outputs, nodes, initializers: [axis] }, manifest });
    const predict = (tokens: readonly number[]) => {
      const data = BigInt64Array.from(tokens, BigInt);
      return stage.client.predict(ask('sums', { tokens: { type: 'int64', dims: [1, tokens.length], data } }));
    };
    await predict([1]);
    const answers = await Promise.all(
      [
        [1, 2],
        [1, 2, 3],
        [4, 5],
        [4, 5, 6],
        [7, 8],
      ].map(predict),
    );
    expect(answers.map(({ outputs: { sum } }) => sum?.data[0])).toEqual([3n, 6n, 9n, 15n, 15n]);
    expect(answers.map(({ batchRows }) => batchRows)).toEqual([3, 2, 3, 2, 3]);
  });

  it('refuses tensors that the model does not take, without asking it', async () => {
    stage = await openServingStage({ requestRows: 3 });
    await live('price', linear(2));
    const refused = async (inputs: ReturnType<typeof features>) =>
      await stage.client.predict(ask('price', inputs)).catch((error: unknown) => error);
    expect(await refused({})).toBeInstanceOf(InvalidTensorError);
    expect(await refused(features([Number.NaN, 1]))).toBeInstanceOf(InvalidTensorError);
    expect(await refused(features([1, 1], [1, 1], [1, 1], [1, 1]))).toBeInstanceOf(InvalidTensorError);
    expect(stage.client.pool().pid).toBeUndefined();
  });

  it('lets what makes the inputs refuse a row that lacks a feature', async () => {
    stage = await openServingStage();
    const columns = (['nights', 'lead'] as const).map((name) => ({ name, kind: 'number' as const, unit: '1' }));
    await live('price', linear(2, { features: columns }));
    const request = ask(
      'price',
      {},
      {
        inputsFor: ({ features: wanted }) => ({ features: encodeRows(wanted ?? [], [{ nights: 1 }]) }),
      },
    );
    await expect(stage.client.predict(request)).rejects.toThrow(
      'the feature lead of row 0 must be a number, not missing',
    );
  });

  it('says that it has no such model, no such version, and none that is live', async () => {
    stage = await openServingStage();
    const served = await stage.models.add('price', '1.0.0', linear(2));
    const error = async (change: Parameters<typeof ask>[2], model = 'price') =>
      await stage.client.predict(ask(model, features([1, 1]), change)).catch((reason: unknown) => reason);
    expect(await error({}, 'nothing')).toEqual(new ModelUnavailableError('there is no model nothing'));
    expect(await error({ version: '2.0.0' })).toEqual(
      new ModelUnavailableError('there is no version 2.0.0 of a model price'),
    );
    stage.models.set('price', { live: served });
    expect(await error({ tenant: 'tenant-2' })).toBeInstanceOf(ModelUnavailableError);
    stage.models.set('price', { live: null });
    expect(await error({})).toEqual(new ModelUnavailableError('no version of price is live'));
  });

  it('runs a version that is asked for by its number, whatever its stage', async () => {
    stage = await openServingStage();
    await live('price', linear(2));
    await stage.models.add('price', '2.0.0', linear(3));
    const answer = await stage.client.predict(ask('price', features([1, 1]), { version: '2.0.0' }));
    expect(answer).toMatchObject({ version: '2.0.0', stage: 'asked-for' });
    expect(answer.outputs.score?.data).toEqual(Float32Array.of(4));
  });

  it('tells what is wrong with a file that is no model, and goes on with others', async () => {
    stage = await openServingStage();
    await live('broken', corrupt());
    await live('price', linear(2));
    const error = await stage.client.predict(ask('broken', features([1, 1]))).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect((error as Error).message).toMatch(/broken 1\.0\.0 failed: .+/);
    expect((await stage.client.predict(ask('price', features([1, 1])))).version).toBe('1.0.0');
    expect(stage.client.figures()).toEqual([
      { tenant: 'tenant-1', model: 'broken', version: '1.0.0', stage: 'live', predictions: 0, errors: 1 },
      { tenant: 'tenant-1', model: 'price', version: '1.0.0', stage: 'live', predictions: 1, errors: 0 },
    ]);
  });

  it('lets one request that makes a model fail not take down those that ran with it', async () => {
    stage = await openServingStage({}, 1);
    await live('scores', lookup());
    await stage.client.predict(ask('scores', features([0, 0])));
    const outcomes = await Promise.allSettled(
      [0, 99, 1, 2].map((index) => stage.client.predict(ask('scores', features([index, 0])))),
    );
    expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value.outputs.score?.data[0] : 'failed'))).toEqual([
      10,
      'failed',
      20,
      30,
    ]);
    expect(await metric('ml_requests_total')).toContainEqual(
      expect.objectContaining({ labels: expect.objectContaining({ model: 'scores', outcome: 'failed' }), value: 1 }),
    );
  });

  it('cancels what waits at its deadline, lets end what runs, and says which', async () => {
    stage = await openServingStage({}, 1);
    await live('slow', slow());
    await live('price', linear(2));
    const times = await productsFor(stage.client, 400);
    const long = stage.client.predict(ask('slow', features([times, 0]), { deadlineMs: 100 }));
    await expect(long).rejects.toThrow(/^slow 1\.0\.0 ran when its 100 ms were over$/);
    const waiting = [1, 2, 3].map(() =>
      stage.client.predict(ask('price', features([1, 1]), { deadlineMs: 1, priority: 'backfill' })),
    );
    for (const outcome of await Promise.allSettled(waiting))
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(PredictionTimeoutError) });
    expect((await stage.client.predict(ask('price', features([1, 1])))).outputs.score?.data).toEqual(
      Float32Array.of(3),
    );
    expect(stage.client.figures()).toContainEqual(
      expect.objectContaining({ model: 'slow', predictions: 2, errors: 1 }),
    );
    expect(stage.warnings).toEqual([]);
  });

  it('refuses what its queue has no room for, of each priority by itself', async () => {
    stage = await openServingStage({ queuedRequests: 5 }, 1);
    await live('price', linear(2));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        stage.client.predict(ask('price', features([1, 1]), { priority: 'backfill' })),
      ).concat(stage.client.predict(ask('price', features([1, 1])))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array(5).fill('fulfilled'),
      ...Array(3).fill('rejected'),
      'fulfilled',
    ]);
    expect(outcomes[7]).toMatchObject({ reason: expect.any(OverloadedError) });
  });

  it('runs what is interactive before what is backfill, however long that has waited', async () => {
    stage = await openServingStage({ batchRows: 1 }, 1);
    await live('slow', slow());
    const times = await productsFor(stage.client, 20);
    const order: string[] = [];
    const predict = (priority: 'interactive' | 'backfill') =>
      stage.client.predict(ask('slow', features([times, 0]), { priority })).then(() => order.push(priority));
    const backfill = Array.from({ length: 8 }, () => predict('backfill'));
    await backfill[0];
    const before = order.length;
    const interactive = Array.from({ length: 4 }, () => predict('interactive'));
    await Promise.all([...backfill, ...interactive]);
    // The process had two of them when the interactive ones came: one that ran, and the next.
    const between = order.slice(before, order.lastIndexOf('interactive')).filter((one) => one === 'backfill');
    expect(between.length).toBeLessThanOrEqual(2);
    expect(order).toHaveLength(12);
  });

  it('answers what it has taken before it closes, and nothing after', async () => {
    stage = await openServingStage({}, 1);
    await live('price', linear(2));
    const taken = Array.from({ length: 20 }, (_, at) => stage.client.predict(ask('price', features([at, 0]))));
    const closing = stage.client.close();
    await expect(stage.client.predict(ask('price', features([1, 1])))).rejects.toThrow('the pool of models is closed');
    expect((await Promise.all(taken)).map(({ outputs }) => outputs.score?.data[0])).toEqual(
      taken.map((_, at) => 2 * at),
    );
    await closing;
    expect(stage.client.pool().pid).toBeUndefined();
    expect(stage.warnings).toEqual([]);
  });

  it('does not trust a version whose golden samples come out otherwise', async () => {
    stage = await openServingStage();
    const one = await live('price', linear(2));
    await stage.client.predict(ask('price', features([1, 1])));
    const two = await stage.models.add('price', '2.0.0', linear(3));
    // The file of another model under the manifest of this one.
    await copyFile(join(one.directory, 'model.onnx'), join(two.directory, 'model.onnx'));
    stage.models.set('price', { live: two });
    await expect.poll(() => stage.warnings, { timeout: 10_000 }).toHaveLength(1);
    expect(stage.warnings[0]).toMatch(/price 2\.0\.0 .*golden sample 0, output score: 5 was expected at 0, 4 came/);
    expect((await stage.client.predict(ask('price', features([1, 1])))).version).toBe('1.0.0');
    expect(stage.client.figures()).toContainEqual(
      expect.objectContaining({ version: '2.0.0', stage: 'live', errors: 1 }),
    );
  });
});
