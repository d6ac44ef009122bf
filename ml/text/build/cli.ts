import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openLocalModel } from '../../onnx/run-model.ts';
import type { Manifest } from '../../registry/manifest.ts';
import { loadTokenizer, type Tokenizer } from '../tokenizer.ts';
import { banking77, clinc150, frequentWords, massive } from './corpora.ts';
import { cutEncoder, EMBEDDING } from './cut-encoder.ts';
import { cutTokenizer, latinCharacters, type UnigramTokenizer } from './cut-tokenizer.ts';
import { languageDirections } from './language-directions.ts';
import { cosines, type Encoder, embed, shareUnknown } from './likeness.ts';

const USAGE = `Cuts multilingual-e5-small to the word pieces that Spanish, English, Portuguese and French use.

    node --import tsx ml/text/build/cli.ts --source FOLDER --corpora FOLDER --words FOLDER --target FOLDER

  --source   multilingual-e5-small: onnx/model_q4.onnx, tokenizer.json, tokenizer_config.json, config.json
  --corpora  massive/, clinc150/ and banking77/ as they are published
  --words    es.txt, en.txt, pt.txt, fr.txt: a word a line, the most frequent first
  --target   the model's folder: <name>/<version>`;

const MOST_WORDS = 60_000;
const GOLDEN_TEXTS = ['query: passeio de barco ao pôr do sol', 'passage: Sunset sailing along the coast', 'query: '];
const GOLDEN_TOLERANCE = 0.02;
const HELD_OUT = 2_000;
/** Texts whose translations tell languages apart, and the directions that are taken out. */
const PARALLEL = 2_880;
const DIRECTIONS = 8;
/** When the encoder was published. What it has seen before that is not told by day. */
const PUBLISHED = '2024-02-08';

const foldersOf = (argv: readonly string[]) => {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { source: option, corpora: option, words: option, target: option },
  });
  const { source, corpora, words, target } = values;
  if (source === undefined || corpora === undefined || words === undefined || target === undefined)
    throw new Error(USAGE);
  return { source, corpora, words, target };
};

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const readJson = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'));

const usedPieces = (tokenizer: Tokenizer, texts: readonly string[]): Set<number> => {
  const used = new Set<number>();
  for (const text of texts) for (const id of tokenizer.ids(text)) used.add(id);
  return used;
};

const main = async (): Promise<void> => {
  const { source, corpora, words, target } = foldersOf(process.argv.slice(2));
  const original = { model: readFileSync(join(source, 'onnx/model_q4.onnx')), tokenizer: await loadTokenizer(source) };
  const vocabulary = readJson(join(source, 'tokenizer.json')) as unknown as UnigramTokenizer;
  const texts = [
    ...massive(corpora, 'train').flat(),
    ...clinc150(corpora),
    ...banking77(corpora),
    ...frequentWords(words, MOST_WORDS),
    'query: passage: ',
  ];
  const kept = usedPieces(original.tokenizer, texts);
  for (const id of latinCharacters(vocabulary)) kept.add(id);
  const cut = cutTokenizer(vocabulary, kept);

  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'tokenizer.json'), JSON.stringify(cut.tokenizer));
  writeFileSync(join(target, 'tokenizer_config.json'), readFileSync(join(source, 'tokenizer_config.json')));
  const config = { ...readJson(join(source, 'config.json')), vocab_size: cut.rows.length };
  writeFileSync(join(target, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);

  const tokenizer = await loadTokenizer(target);
  const pooled = await openEncoder(cutEncoder(original.model, cut.rows).model, tokenizer);
  // The original with all its rows, pooled in the same way: what differs is the vocabulary alone.
  const allRows = vocabulary.model.vocab.map((_, id) => id);
  const whole = await openEncoder(cutEncoder(original.model, allRows).model, original.tokenizer);
  const heldOut = evenly(massive(corpora, 'dev').flat(), HELD_OUT);
  const alike = await cosines(pooled, whole, heldOut.map(asQuery));
  const translations = massive(corpora, 'train').map((texts) => evenly(texts, PARALLEL));
  const vectors: (readonly Float32Array[])[] = [];
  // Questions and answers alike: both lose what tells their language.
  for (const texts of translations)
    vectors.push(
      await embed(
        pooled,
        texts.map((text, at) => (at % 2 === 0 ? asQuery(text) : `passage: ${text}`)),
      ),
    );
  const encoder = cutEncoder(original.model, cut.rows, languageDirections(vectors, DIRECTIONS));
  writeFileSync(join(target, 'model.onnx'), encoder.model);
  const metrics = {
    pieces: cut.rows.length,
    heldOutSentences: heldOut.length,
    cosineMean: alike.reduce((sum, one) => sum + one, 0) / alike.length,
    cosineLowest: Math.min(...alike),
    unknownShare: shareUnknown(tokenizer, heldOut),
  };
  const { model } = await openEncoder(encoder.model, tokenizer);
  const { inputIds, attentionMask } = tokenizer.encode(GOLDEN_TEXTS);
  const golden = await model.run({ input_ids: inputIds, attention_mask: attentionMask });
  const embedding = golden[EMBEDDING];
  if (embedding === undefined) throw new Error(`the model gives no ${EMBEDDING}`);
  const plain = ({ dims, data }: { dims: readonly number[]; data: ArrayLike<number | bigint> }) => ({
    dims: [...dims],
    data: Array.from(data, (value) => Number(Number(value).toFixed(6))),
  });
  const manifest: Manifest = {
    name: 'text-embedding',
    version: basename(target),
    task: 'text-embedding',
    description:
      'multilingual-e5-small in 4 bit, cut to the word pieces of Spanish, English, Portuguese and French. Mean of the tokens, without what tells the language, of length 1.',
    inputs: ['input_ids', 'attention_mask'].map((name) => ({ name, type: 'int64', shape: ['batch', -1] })),
    outputs: [{ name: EMBEDDING, type: 'float32', shape: ['batch', encoder.dims] }],
    preprocessing: { prefixes: { query: 'query: ', passage: 'passage: ' } },
    training: {
      ...{ rows: texts.length, from: PUBLISHED, until: PUBLISHED, hash: sha256(original.model) },
      trainer: 'intfloat/multilingual-e5-small, cut by ml/text/build',
    },
    metrics,
    golden: [
      {
        inputs: { input_ids: plain(inputIds), attention_mask: plain(attentionMask) },
        outputs: { [EMBEDDING]: plain(embedding) },
        tolerance: GOLDEN_TOLERANCE,
      },
    ],
    licence: 'MIT',
    files: Object.fromEntries(
      ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map((file) => [
        file,
        sha256(readFileSync(join(target, file))),
      ]),
    ),
  };
  writeFileSync(join(target, 'manifest.json'), `${JSON.stringify(manifest)}\n`);
  console.log({ ...metrics, megabytes: (encoder.model.byteLength / 1e6).toFixed(1) });
  await Promise.all([model.close(), pooled.model.close(), whole.model.close()]);
};

const asQuery = (text: string): string => `query: ${text}`;

const openEncoder = async (model: Uint8Array, tokenizer: Tokenizer): Promise<Encoder> => ({
  model: await openLocalModel(model),
  tokenizer,
});

const evenly = (texts: readonly string[], most: number): readonly string[] =>
  texts.filter((_, at) => Math.floor((at * most) / texts.length) !== Math.floor(((at - 1) * most) / texts.length));

await main();
