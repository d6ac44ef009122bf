import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LOCALES, type Locale } from '../../../contracts/texts.ts';

const MASSIVE: Readonly<Record<Locale, string>> = { es: 'es-ES', en: 'en-US', pt: 'pt-PT', fr: 'fr-FR' };

interface Utterance {
  readonly partition: string;
  readonly utt: string;
}

/**
 * What people say in the four languages (MASSIVE, FitzGerald et al. 2022), by language: the same place means the same. One part of
 * it chooses pieces, the other measures.
 */
export const massive = (folder: string, partition: 'train' | 'dev'): readonly (readonly string[])[] =>
  LOCALES.map((locale) =>
    linesOf(join(folder, 'massive', `${MASSIVE[locale]}.jsonl.gz`))
      .map((line) => JSON.parse(line) as Utterance)
      .filter((utterance) => utterance.partition === partition)
      .map(({ utt }) => utt),
  );

/** The texts of CLINC150 (Larson et al. 2019): lists of [text, intent] by part. */
export const clinc150 = (folder: string): readonly string[] => {
  const parts = JSON.parse(textOf(join(folder, 'clinc150', 'data_full.json.gz'))) as Record<string, [string, string][]>;
  return Object.values(parts).flatMap((pairs) => pairs.map(([text]) => text));
};

/** Banking77 (Casanueva et al. 2020), with the intent behind each text: its words count too. */
export const banking77 = (folder: string): readonly string[] => linesOf(join(folder, 'banking77', 'train.csv.gz'));

/** `<locale>.txt` of each language: a word a line, the most frequent first; each as it is and with a capital. */
export const frequentWords = (folder: string, most: number): readonly string[] =>
  LOCALES.flatMap((locale) =>
    linesOf(join(folder, `${locale}.txt`))
      .slice(0, most)
      .flatMap((word) => [word, word.slice(0, 1).toLocaleUpperCase(locale) + word.slice(1)]),
  );

const linesOf = (file: string): readonly string[] =>
  textOf(file)
    .split('\n')
    .filter((line) => line !== '');

const textOf = (file: string): string =>
  (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString('utf8');
