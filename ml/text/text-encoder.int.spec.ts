import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENCODER_DIRECTORY, openShippedEncoder } from '../../tests/search/shipped-encoder.ts';
import { type ModelClient, ModelUnavailableError, PredictionTimeoutError } from '../serving/model-client.ts';
import type { OpenModelClient } from '../serving/open-model-client.ts';
import { createTextEncoder, type EmbedOptions, type TextEncoder } from './text-encoder.ts';
import { loadTokenizer } from './tokenizer.ts';

let models: OpenModelClient;
let encoder: TextEncoder;
beforeAll(() => {
  models = openShippedEncoder();
  encoder = createTextEncoder({ models });
});
afterAll(() => models.close());

const QUERY: EmbedOptions = { prefix: 'query', priority: 'interactive', deadlineMs: 60_000 };
const PASSAGE: EmbedOptions = { ...QUERY, prefix: 'passage' };
const vectorsOf = async (texts: readonly string[], options = QUERY) =>
  (await encoder.embed('t1', texts, options)).vectors;
const cosine = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  (a ?? new Float32Array()).reduce((sum, value, at) => sum + value * (b?.[at] ?? 0), 0);

describe('the encoder of texts', () => {
  it('puts texts that mean the same together, whatever their language', async () => {
    const passages = ['Sunset sailing trip', 'Wine tasting in the cellar', 'Airport transfer', 'Escape room'];
    const answers = await vectorsOf(passages, PASSAGE);
    for (const text of [
      'passeio de barco ao pôr do sol',
      'paseo en velero al atardecer',
      'balade en voilier au couchant',
    ]) {
      const [asked] = await vectorsOf([text]);
      const likeness = answers.map((answer) => cosine(asked, answer));
      expect(likeness.indexOf(Math.max(...likeness)), text).toBe(0);
    }
  });

  it('gives vectors of length 1 in the order of the texts, alike alone and among others', async () => {
    const texts = Array.from({ length: 19 }, (_, at) => `Tour ${at} ${'of the old town '.repeat(at % 7)}`);
    const { version, vectors } = await encoder.embed('t1', texts, PASSAGE);
    expect(version).toBe('1.0.0');
    expect(vectors).toHaveLength(texts.length);
    for (const vector of vectors) expect(Math.abs(cosine(vector, vector) - 1)).toBeLessThan(1e-4);
    const [alone] = await vectorsOf([texts[11] ?? ''], PASSAGE);
    expect(cosine(alone, vectors[11])).toBeGreaterThan(0.999);
    expect(cosine(alone, vectors[12])).toBeLessThan(0.999);
  });

  it.each([
    ['nothing', ''],
    ['emoji', '🎈🎈 👩‍👩‍👧'],
    ['another script', '熱気球に乗りたい'],
    ['an unknown language', 'Zwiedzanie starego miasta'],
    ['control characters', '\u0000\u0007\ud800'],
    ['20,000 characters', 'passeio de barco '.repeat(1_200)],
  ])('takes %s', async (_, text) => {
    const [vector] = await vectorsOf([text]);
    expect(vector).toHaveLength(384);
    expect(vector?.every(Number.isFinite)).toBe(true);
  });

  it('takes no texts at all', async () => {
    expect(await vectorsOf([])).toEqual([]);
  });

  it('says when the deadline has passed, and when there is no such model', async () => {
    await expect(encoder.embed('t1', ['a'], { ...QUERY, deadlineMs: 0 })).rejects.toThrow(PredictionTimeoutError);
    const none: ModelClient = {
      predict: (request) => models.predict({ ...request, model: 'no-such-model' }),
      close: async () => undefined,
    };
    await expect(createTextEncoder({ models: none }).embed('t1', ['a'], QUERY)).rejects.toThrow(ModelUnavailableError);
  });

  it('waits no longer than the deadline for a tokenizer, and has it the next time', async () => {
    const fresh = createTextEncoder({ models });
    await expect(fresh.embed('t1', ['a'], { ...QUERY, deadlineMs: 0.5 })).rejects.toThrow(PredictionTimeoutError);
    expect((await fresh.embed('t1', ['a'], QUERY)).vectors).toHaveLength(1);
  });

  it('is away where the version has no tokenizer', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'encoder-'));
    const without: ModelClient = {
      predict: (request) =>
        models.predict({ ...request, inputsFor: (manifest) => request.inputsFor(manifest, directory) }),
      close: async () => undefined,
    };
    await expect(createTextEncoder({ models: without }).embed('t1', ['a'], QUERY)).rejects.toThrow(
      /tokenizer can't be loaded.*tokenizer.json/,
    );
    await rm(directory, { recursive: true });
  });
});

describe('the tokenizer', () => {
  it('pads to multiples of 8 and cuts behind 512 tokens, between the marks of begin and end', async () => {
    const tokenizer = await loadTokenizer(ENCODER_DIRECTORY);
    const { inputIds, attentionMask } = tokenizer.encode([
      'query: barco',
      'query: passeio de barco ao pôr do sol e mais',
    ]);
    expect(inputIds.dims).toEqual([2, 16]);
    const [short = [], long = []] = [tokenizer.ids('query: barco'), tokenizer.ids('barco '.repeat(2_000))];
    expect([...attentionMask.data].slice(0, 16).filter((one) => one === 1n)).toHaveLength(short.length);
    expect(long).toHaveLength(512);
    expect([long[0], long.at(-1)]).toEqual([short[0], short.at(-1)]);
    expect(short).not.toContain(tokenizer.unknownId);
    expect(tokenizer.ids('熱気球')).toContain(tokenizer.unknownId);
  });
});
