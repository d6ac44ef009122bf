import { describe, expect, it } from 'vitest';
import { onnxModel } from '../../onnx/onnx-model.ts';
import { openLocalModel } from '../../onnx/run-model.ts';
import { cutEncoder } from './cut-encoder.ts';
import type { LanguageDirections } from './language-directions.ts';

/** An encoder that gives the embedding of each token as it is. */
const encoder = (embedding: string): Uint8Array =>
  onnxModel({
    name: 'encoder',
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ['batch', -1] },
      { name: 'attention_mask', type: 'int64', shape: ['batch', -1] },
    ],
    outputs: [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', -1, 2] }],
    nodes: [
      { op: 'Gather', inputs: [embedding, 'input_ids'], outputs: ['unscaled'] },
      { op: 'Gather', inputs: ['emb.word_s', 'input_ids'], outputs: ['scales'] },
      { op: 'Mul', inputs: ['unscaled', 'scales'], outputs: ['last_hidden_state'] },
    ],
    initializers: [
      { name: embedding, dims: [4, 2], data: Float32Array.of(9, 9, 1, 0, 9, 9, 0, 1) },
      { name: 'emb.word_s', dims: [4, 1], data: Float32Array.of(9, 3, 9, 4) },
    ],
  });

const embed = async (language?: LanguageDirections) => {
  const { model, dims } = cutEncoder(encoder('emb.word'), [1, 3], language);
  expect(dims).toBe(2);
  const opened = await openLocalModel(model);
  const int64 = (...data: bigint[]) => ({ type: 'int64', dims: [2, 3], data: BigInt64Array.from(data) }) as const;
  const { embedding } = await opened.run({
    input_ids: int64(0n, 1n, 1n, 1n, 0n, 0n),
    attention_mask: int64(1n, 1n, 0n, 1n, 0n, 0n),
  });
  await opened.close();
  expect(embedding?.dims).toEqual([2, 2]);
  const data = embedding?.data instanceof Float32Array ? embedding.data : [];
  return Array.from(data, (value) => Number(value.toFixed(4)));
};

describe('cutting an encoder', () => {
  it('leaves the rows of the pieces that are kept, and gives the normalised mean of what is no padding', async () => {
    // The first text has 3 and 4 along the axes, the second 4 along the second one.
    expect(await embed()).toEqual([0.6, 0.8, 0, 1]);
  });

  it('takes out what tells the language, and what all texts have in common', async () => {
    const language = { mean: Float32Array.of(-0.1, 0.5), directions: [Float32Array.of(1, 0)] };
    expect(await embed(language)).toEqual([0, 1, 0, 1]);
    const other = { mean: Float32Array.of(-0.1, 0.5), directions: [Float32Array.of(0, 1)] };
    expect(await embed(other)).toEqual([1, 0, 1, 0]);
  });

  it('says what a file lacks', () => {
    expect(() => cutEncoder(encoder('words'), [0])).toThrow('emb.word');
    expect(() => cutEncoder(new Uint8Array(), [0])).toThrow('no graph');
  });
});
