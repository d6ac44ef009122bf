import { describe, expect, it } from 'vitest';
import { type Feature, manifest } from '../registry/manifest.ts';
import { InvalidTensorError, type ModelClient, type PredictRequest } from '../serving/model-client.ts';
import { scoreWithReasons } from './reasons.ts';

const features: readonly Feature[] = [
  { name: 'days', kind: 'number', unit: 'days', missing: 'NaN', reference: [1, 2, 3, 4, 10, 20, 30, 40, 50] },
  { name: 'country', kind: 'category', unit: 'code', categories: ['PRT', 'FRA'], reference: [0.2, 0.8] },
  { name: 'children', kind: 'number', unit: 'persons', missing: 'NaN' },
];

const model = manifest.parse({
  name: 'cancellation',
  version: '1.0.0',
  task: 'cancellation',
  inputs: [{ name: 'table', type: 'float32', shape: ['batch', 3] }],
  outputs: [{ name: 'days', type: 'float32', shape: ['batch', 1] }],
  features: [...features],
  training: { rows: 1, from: '2026-01-01', until: '2026-01-01', hash: '0'.repeat(64), trainer: 'none' },
  metrics: {},
  golden: [{ inputs: {}, outputs: {}, tolerance: 0.1 }],
  licence: 'MIT',
});

/** Answers with the first feature of each row: the client's own contract, without a pool behind it. */
const answering = (manifestOf: typeof model, asked: PredictRequest[] = []): ModelClient => ({
  predict: async (request) => {
    asked.push(request);
    const [tensor] = Object.values(request.inputsFor(manifestOf, ''));
    const [rows = 0, width = 1] = tensor?.dims ?? [];
    const data = Float32Array.from({ length: rows }, (_, row) => Number(tensor?.data[row * width]));
    return {
      model: request.model,
      version: manifestOf.version,
      stage: 'live',
      manifest: manifestOf,
      outputs: { days: { type: 'float32', dims: [rows, 1], data } },
      queueMs: 0,
      runMs: 0,
      batchRows: rows,
    };
  },
  close: async () => {},
});

const question = {
  tenant: 'tenant-1',
  model: 'cancellation',
  key: 'tenant-1:stay-1',
  row: { days: 90, country: 'PRT', children: null },
  output: 'days',
  priority: 'backfill',
  deadlineMs: 1_000,
} as const;

describe('a score with its reasons', () => {
  it('is asked for in one request, and tells the version that answered', async () => {
    const asked: PredictRequest[] = [];
    const scored = await scoreWithReasons(answering(model, asked), question);
    expect(scored).toMatchObject({
      score: 90,
      version: '1.0.0',
      reasons: [{ feature: 'days', value: 90, contribution: 80 }],
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.observed).toBe(1);
    expect(asked[0]?.inputsFor(model, '').table?.dims).toEqual([3, 3]);
  });

  it('has contributions in the unit before the link', async () => {
    const scored = await scoreWithReasons(answering(model), { ...question, unlink: Math.log });
    expect(scored.reasons[0]?.contribution).toBeCloseTo(Math.log(90) - Math.log(10));
  });

  it('has a hash of the row alone, the same for the same row', async () => {
    const hashOf = async (row: typeof question.row | { days: number }) =>
      (await scoreWithReasons(answering(model), { ...question, row })).inputsHash;
    expect(await hashOf(question.row)).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(question.row)).toBe(await hashOf({ ...question.row }));
    expect(await hashOf(question.row)).not.toBe(await hashOf({ days: 91 }));
  });

  it('is refused where the model takes no rows of features, or does not give the output', async () => {
    const { features: _, ...without } = model;
    await expect(scoreWithReasons(answering(without), question)).rejects.toThrow(
      'must take one tensor of rows of features',
    );
    await expect(scoreWithReasons(answering(model), { ...question, output: 'adr' })).rejects.toThrow(
      'gave no number as adr',
    );
    await expect(scoreWithReasons(answering(model), { ...question, output: 'adr' })).rejects.toThrow(
      InvalidTensorError,
    );
  });
});
