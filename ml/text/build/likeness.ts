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

/** For each text the cosine between what two encoders make of it: 1 where they agree. */
export const cosines = async (one: Encoder, other: Encoder, texts: readonly string[]): Promise<readonly number[]> => {
  const [a, b] = [await embed(one, texts), await embed(other, texts)];
  return a.map((vector, text) => vector.reduce((sum, value, at) => sum + value * (b[text]?.[at] ?? 0), 0));
};

/** The texts, with their prefixes, as vectors. */
export const embed = async (
  { model, tokenizer }: Encoder,
  texts: readonly string[],
): Promise<readonly Float32Array[]> => {
  const vectors = new Array<Float32Array>(texts.length);
  const byLength = texts.map((text, at) => ({ text, at })).sort((a, b) => a.text.length - b.text.length);
  for (let from = 0; from < texts.length; from += BATCH) {
    const batch = byLength.slice(from, from + BATCH);
    const { inputIds, attentionMask } = tokenizer.encode(batch.map(({ text }) => text));
    const { [EMBEDDING]: output } = await model.run({ input_ids: inputIds, attention_mask: attentionMask });
    if (!(output?.data instanceof Float32Array)) throw new Error(`the model gives no ${EMBEDDING}`);
    const size = output.data.length / batch.length;
    for (const [row, { at }] of batch.entries()) vectors[at] = output.data.slice(row * size, (row + 1) * size);
  }
  return vectors;
};

/** Of all pieces of the texts, how many stand for something that the vocabulary lacks. */
export const shareUnknown = (tokenizer: Tokenizer, texts: readonly string[]): number => {
  const ids = texts.flatMap((text) => tokenizer.ids(text));
  return ids.filter((id) => id === tokenizer.unknownId).length / ids.length;
};
