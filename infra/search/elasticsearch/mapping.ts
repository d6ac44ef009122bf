import type { estypes } from '@elastic/elasticsearch';
import type { Locale } from '../../../contracts/texts.ts';
import { LOCALES } from '../../../contracts/texts.ts';
import { stopWordsOf } from '../../language/stop-words.ts';
import type { IndexSchema } from '../search.ts';

/** Longer values are kept but not found: Lucene takes no term over 32,766 bytes. */
const LONGEST_KEYWORD = 8_191;

/** The field of a text in a language, by its stems, and by its words as they are written (folded): for beginnings and typos. */
export const stemsField = (field: string, locale: Locale): string => `texts.${field}.${locale}`;
export const wordsField = (field: string, locale: Locale): string => `${stemsField(field, locale)}.words`;

export const vectorField = (field: string): string => `vectors.${field}`;

export const completionField = (locale: Locale): string => `completion.${locale}`;

/** Its inputs are folded words. */
const COMPLETION: estypes.MappingProperty = {
  type: 'completion',
  analyzer: 'whitespace',
  contexts: [{ name: 'tenant', type: 'category' }],
};

/** The index's fields as Elasticsearch, and so Kibana, has them. */
export const mappingOf = (schema: IndexSchema): estypes.MappingTypeMapping => {
  const { texts, keywords, numbers, dates = [], points = [], vectors, completion } = schema;
  return {
    dynamic: 'strict',
    _meta: { schema },
    properties: {
      id: { type: 'keyword' },
      tenant: { type: 'keyword' },
      texts: { properties: each(Object.keys(texts), () => ({ properties: each(LOCALES, textIn) })) },
      keywords: { properties: each(keywords, () => ({ type: 'keyword', ignore_above: LONGEST_KEYWORD })) },
      numbers: {
        properties: each(numbers, (name) =>
          dates.includes(name) ? { type: 'date', format: 'epoch_millis' } : { type: 'double' },
        ),
      },
      points: { properties: each(points, () => ({ type: 'geo_point' })) },
      ...(vectors === undefined ? {} : { vectors: { properties: each(Object.keys(vectors), vectorOf(vectors)) } }),
      ...(completion === undefined ? {} : { completion: { properties: each(LOCALES, () => COMPLETION) } }),
      source: { type: 'object', enabled: false },
    },
  };
};

/** `texts.title.es` -> `text`, `numbers.createdAt` -> `date`: every field that can be searched or counted, with its type. */
export const fieldTypes = (schema: IndexSchema): ReadonlyMap<string, string> => {
  const types = new Map<string, string>();
  const visit = (path: string, properties: Record<string, estypes.MappingProperty>): void => {
    for (const [name, property] of Object.entries(properties)) {
      if ('type' in property && property.type !== 'object') types.set(path + name, property.type ?? 'object');
      if ('properties' in property) visit(`${path}${name}.`, property.properties ?? {});
      if ('fields' in property) visit(`${path}${name}.`, property.fields ?? {});
    }
  };
  visit('', mappingOf(schema).properties ?? {});
  return types;
};

/** In single precision, as the other engine has it: with half of a million vectors it is time to let the engine make them bytes. */
const vectorOf =
  (sizes: Readonly<Record<string, number>>) =>
  (name: string): estypes.MappingProperty => ({
    type: 'dense_vector',
    dims: sizes[name] ?? 0,
    index: true,
    similarity: 'cosine',
    index_options: { type: 'hnsw' },
  });

const each = <T>(names: readonly string[], make: (name: string) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, make(name)]));

const textIn = (locale: string): estypes.MappingProperty => ({
  type: 'text',
  analyzer: `${locale}_stems`,
  fields: { words: { type: 'text', analyzer: `${locale}_words`, search_analyzer: 'words' } },
});

/** Accents count for the stemmers of these languages, so folding comes after them. */
const STEMMERS: Readonly<Record<Locale, string>> = {
  es: 'light_spanish',
  en: 'english',
  pt: 'light_portuguese',
  fr: 'light_french',
};

const analyzer = (...filter: string[]): estypes.AnalysisAnalyzer => ({
  type: 'custom',
  char_filter: ['parting'],
  tokenizer: 'words',
  filter: ['lowercase', ...filter],
});

export const INDEX_SETTINGS: estypes.IndicesIndexSettings = {
  number_of_shards: 1,
  auto_expand_replicas: '0-1',
  // Every write refreshes by itself; this one is for what was written by somebody who died before.
  refresh_interval: '30s',
  analysis: {
    char_filter: {
      parting: { type: 'mapping', mappings: ["'", '’', '.', '_', ':'].map((sign) => `${sign}=>\\u0020`) },
    },
    tokenizer: { words: { type: 'standard', max_token_length: 64 } },
    filter: {
      fold: { type: 'asciifolding' },
      ...Object.fromEntries(
        LOCALES.flatMap((locale): [string, estypes.AnalysisTokenFilter][] => [
          [`${locale}_stop`, { type: 'stop', stopwords: [...stopWordsOf(locale)] }],
          [`${locale}_stem`, { type: 'stemmer', language: STEMMERS[locale] }],
        ]),
      ),
    },
    analyzer: {
      words: analyzer('fold'),
      ...Object.fromEntries(
        LOCALES.flatMap((locale) => [
          [`${locale}_stems`, analyzer(`${locale}_stop`, `${locale}_stem`, 'fold')],
          [`${locale}_words`, analyzer(`${locale}_stop`, 'fold')],
        ]),
      ),
    },
  },
};
