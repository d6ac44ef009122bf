import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreTrainedTokenizer } from '@xenova/transformers';
import type { TensorData } from '../serving/model-client.ts';

/** The tensors of a BERT encoder for a batch of texts, both int64 [texts, tokens]; the attention mask is 0 over padding. */
export interface EncodedTexts {
  readonly inputIds: TensorData;
  readonly attentionMask: TensorData;
}

/** Texts cut into the word pieces of one model. */
export interface Tokenizer {
  /** Ids of a text's pieces with the marks of begin and end, cut behind the longest that the model takes. */
  ids(text: string): readonly number[];
  /** A batch of equal length: padded to the longest text, rounded up, so that requests of about a length can share a run. */
  encode(texts: readonly string[]): EncodedTexts;
  /** Id of what stands for a piece that the vocabulary lacks. */
  readonly unknownId: number;
}

/** Longest text in tokens: positions of the multilingual E5 encoder, as of every BERT. */
const MOST_TOKENS = 512;
/** Before it is cut into pieces, which hold the thread: no text in these languages has longer pieces on average. */
const MOST_CHARACTERS = 16 * MOST_TOKENS;
/** Batches come in multiples of this many tokens. */
const STEP = 8;

/**
 * The tokenizer of a model's folder (`tokenizer.json` and `tokenizer_config.json` as transformers writes them), by transformers.js.
 * The files are read here and given to it, so that it never looks for anything on a network.
 * @throws Error of the file system where a file is missing; SyntaxError where one is no JSON
 */
export const loadTokenizer = async (directory: string): Promise<Tokenizer> => {
  // Imported at first use: it takes over half a second and most processes never embed a text.
  const [{ PreTrainedTokenizer }, vocabulary, config] = await Promise.all([
    import('@xenova/transformers'),
    readJson(join(directory, 'tokenizer.json')),
    readJson(join(directory, 'tokenizer_config.json')),
  ]);
  const tokenizer = new PreTrainedTokenizer(vocabulary, config);
  const idOf = (token: string | null | undefined): number => tokenizer.convert_tokens_to_ids([token ?? ''])[0] ?? 0;
  const padding = BigInt(idOf(tokenizer.pad_token));
  const end = idOf(tokenizer.sep_token);
  const ids = (text: string): readonly number[] => cut(tokenizer.encode(text.slice(0, MOST_CHARACTERS)), end);
  return {
    ids,
    encode: (texts) => padded(texts.map(ids), padding),
    unknownId: idOf(tokenizer.unk_token),
  };
};

const readJson = async (file: string): Promise<ConstructorParameters<typeof PreTrainedTokenizer>[0]> =>
  JSON.parse(await readFile(file, 'utf8'));

const cut = (ids: readonly number[], end: number): readonly number[] =>
  ids.length <= MOST_TOKENS ? ids : [...ids.slice(0, MOST_TOKENS - 1), end];

const padded = (rows: readonly (readonly number[])[], padding: bigint): EncodedTexts => {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 1);
  const width = Math.min(MOST_TOKENS, Math.ceil(longest / STEP) * STEP);
  const dims = [rows.length, width];
  const inputIds = new BigInt64Array(rows.length * width).fill(padding);
  const attentionMask = new BigInt64Array(rows.length * width);
  for (const [row, ids] of rows.entries())
    for (const [at, id] of ids.entries()) {
      inputIds[row * width + at] = BigInt(id);
      attentionMask[row * width + at] = 1n;
    }
  return {
    inputIds: { type: 'int64', dims, data: inputIds },
    attentionMask: { type: 'int64', dims, data: attentionMask },
  };
};
