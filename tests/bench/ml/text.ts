import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LOCALES, type Locale } from '../../../contracts/texts.ts';
import { openLocalModel } from '../../../ml/onnx/run-model.ts';
import type { ModelClient } from '../../../ml/serving/model-client.ts';
import { createTextEncoder } from '../../../ml/text/text-encoder.ts';
import { loadTokenizer } from '../../../ml/text/tokenizer.ts';
import { goldenQueries, mean, openGoldenSearch, recallOf } from '../../search/golden-search.ts';
import { ENCODER_DIRECTORY, openShippedEncoder } from '../../search/shipped-encoder.ts';
import { type Bench, percentile, type Row } from '../report.ts';

const MEGABYTES = 30;
/** What a person waits before the words alone answer. */
const DEADLINE_MS = 150;

const PASSAGES = goldenQueries.slice(0, 64).map(({ text }) => `${text}. ${'two hours along the coast '.repeat(4)}`);
const BATCH = 8;

/** Ms a passage. */
const embedInPool = async (models: ModelClient): Promise<number> => {
  const encoder = createTextEncoder({ models });
  const embed = () =>
    encoder.embed('golden', PASSAGES, { prefix: 'passage', priority: 'backfill', deadlineMs: 60_000 });
  // Its tokenizer is read first.
  await embed();
  const startedAt = performance.now();
  await embed();
  return (performance.now() - startedAt) / PASSAGES.length;
};

/** Ms a passage, in batches of the same size. */
const embedBare = async (): Promise<number> => {
  const tokenizer = await loadTokenizer(ENCODER_DIRECTORY);
  const model = await openLocalModel(readFileSync(join(ENCODER_DIRECTORY, 'model.onnx')));
  const startedAt = performance.now();
  for (let at = 0; at < PASSAGES.length; at += BATCH) {
    const { inputIds, attentionMask } = tokenizer.encode(PASSAGES.slice(at, at + BATCH));
    await model.run({ input_ids: inputIds, attention_mask: attentionMask });
  }
  const perPassage = (performance.now() - startedAt) / PASSAGES.length;
  await model.close();
  return perPassage;
};

interface Result {
  readonly locale: Locale;
  readonly words: number;
  readonly both: number;
  readonly ms: { readonly words: number; readonly both: number };
}

/** The golden searches by words alone and by words and meaning: what they find, how long they take, and what the encoder weighs. */
export const textBench: Bench = {
  name: 'text',
  run: async (): Promise<readonly Row[]> => {
    const models = openShippedEncoder();
    const golden = await openGoldenSearch(models);
    try {
      const results: Result[] = [];
      for (const query of goldenQueries) {
        const startedAt = performance.now();
        const words = await golden.byWords(query);
        const wordsAt = performance.now();
        const both = await golden.byBoth(query);
        const ms = { words: wordsAt - startedAt, both: performance.now() - wordsAt };
        results.push({ locale: query.locale, words: recallOf(query, words), both: recallOf(query, both), ms });
      }
      const recall = (label: string, own: readonly Result[]): Row => {
        const [words, both] = [mean(own.map((one) => one.words)), mean(own.map((one) => one.both))];
        return {
          bench: `recall@10 of ${own.length} golden searches, ${label}: words and meaning / words alone`,
          ours: both.toFixed(3),
          against: words.toFixed(3),
          ratio: both / words,
          aim: 'clearly better',
          met: both > words + 0.2,
        };
      };
      const took = results.map(({ ms }) => ms);
      const slow = percentile(
        took.map(({ both }) => both),
        0.99,
      );
      const [pooled, bare] = [await embedInPool(models), await embedBare()];
      const megabytes = readdirSync(ENCODER_DIRECTORY)
        .map((file) => statSync(join(ENCODER_DIRECTORY, file)).size / 1e6)
        .reduce((sum, size) => sum + size, 0);
      return [
        recall('all languages', results),
        ...LOCALES.map((locale) =>
          recall(
            `in ${locale}`,
            results.filter((one) => one.locale === locale),
          ),
        ),
        {
          bench: 'a golden search by words and meaning, its text embedded in the pool on one thread',
          ours: `${mean(took.map(({ both }) => both)).toFixed(1)} ms, p99 ${slow.toFixed(1)} ms`,
          against: `${mean(took.map(({ words }) => words)).toFixed(1)} ms by words`,
          ratio: slow / DEADLINE_MS,
          aim: `p99 within ${DEADLINE_MS} ms, after which words alone answer`,
          met: slow <= DEADLINE_MS,
        },
        {
          bench: 'embedding a passage of a product on one thread: in the pool / bare onnxruntime-node',
          ours: `${pooled.toFixed(1)} ms`,
          against: `${bare.toFixed(1)} ms`,
          ratio: pooled / bare,
          aim: 'told, no aim',
          met: true,
        },
        {
          bench: 'encoder as it is committed: weights, vocabulary, manifest, licence',
          ours: `${megabytes.toFixed(1)} MB`,
          against: `${MEGABYTES} MB`,
          ratio: megabytes / MEGABYTES,
          aim: `< ${MEGABYTES} MB`,
          met: megabytes < MEGABYTES,
        },
      ];
    } finally {
      await golden.close();
      await models.close();
    }
  },
};
