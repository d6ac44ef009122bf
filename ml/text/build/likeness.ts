import type { LocalModel } from '../../onnx/run-model.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { EMBEDDING } from './cut-encoder.ts';

/** An encoder that gives vectors of length 1, with its tokenizer. */
export interface Encoder {
  readonly model: LocalModel;
  readonly tokenizer: Tokenizer;
}

/** Texts in a run. */
const BATCH = 16;

/** For each text the cosine between what two encoders make of it as a query: 1 where they agree. */
export const cosines = async (one: Encoder, other: Encoder, texts: readonly string[]): Promise<readonly number[]> => {
  const alike: number[] = [];
  for (let at = 0; at < texts.length; at += BATCH) {
    const batch = texts.slice(at, at + BATCH).map((text) => `query: ${text}`);
    const [a, b] = await Promise.all([embed(one, batch), embed(other, batch)]);
    const dims = a.length / batch.length;
    for (let row = 0; row < batch.length; row++) {
      let sum = 0;
      for (let at = row * dims; at < (row + 1) * dims; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
      alike.push(sum);
    }
  }
  return alike;
};

const embed = async ({ model, tokenizer }: Encoder, texts: readonly string[]): Promise<Float32Array> => {
  const { inputIds, attentionMask } = tokenizer.encode(texts);
  const outputs = await model.run({ input_ids: inputIds, attention_mask: attentionMask });
  return outputs[EMBEDDING]?.data as Float32Array;
};

/** Of all pieces of the texts, how many stand for something that the vocabulary lacks. */
export const shareUnknown = (tokenizer: Tokenizer, texts: readonly string[]): number => {
  const ids = texts.flatMap((text) => tokenizer.ids(text));
  return ids.filter((id) => id === tokenizer.unknownId).length / ids.length;
};
