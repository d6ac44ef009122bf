import { afterEach, describe, expect, it } from 'vitest';
import { linear } from '../../tests/ml/served-models.ts';
import { ask, features, openServingStage, type ServingStage } from '../../tests/ml/serving-stage.ts';

describe('the pool of models', () => {
  let stage: ServingStage;
  afterEach(() => stage.close());

  it('answers with the outputs of the live version, its manifest, and how long it took', async () => {
    stage = await openServingStage();
    const live = await stage.models.add('price', '1.0.0', linear(2));
    stage.models.set('price', { live });
    const answer = await stage.client.predict(ask('price', features([1, 2], [3, 4])));
    expect(answer).toMatchObject({
      model: 'price',
      version: '1.0.0',
      stage: 'live',
      manifest: live.manifest,
      batchRows: 2,
    });
    expect(answer.outputs).toEqual({ score: { type: 'float32', dims: [2, 1], data: Float32Array.of(4, 10) } });
    expect(answer.queueMs).toBeGreaterThanOrEqual(0);
    expect(answer.runMs).toBeGreaterThan(0);
  });
});
