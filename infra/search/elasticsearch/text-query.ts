import type { estypes } from '@elastic/elasticsearch';
import type { Locale } from '../../../contracts/texts.ts';
import { LOCALES } from '../../../contracts/texts.ts';
import { singularOf, stem } from '../../language/stem.ts';
import { SHORTEST_BEGINNING, type TypedWord, typedWords } from '../../language/typed-words.ts';
import { editsBetween, editsForgiven, letterDifference, letters } from '../../language/typos.ts';
import { fold } from '../../language/words.ts';
import type { IndexSchema } from '../search.ts';
import { stemsField, wordsField } from './mapping.ts';

type Query = estypes.QueryDslQueryContainer;

const OTHER_LOCALE = 0.6;
const BEGINNING = 0.3;
const TYPO = 0.5;
/** Words that one with typos is looked up as, in a field. */
const MOST_SIMILAR = 24;

/** How the words of a text were found, which holds for all its pages. */
export interface Plan {
  /** Whether a document needs all words or any. */
  readonly all: boolean;
  /** By place: the words that no document of the tenant has, so that they match with typos. */
  readonly unknown: readonly number[];
}

export const EXACT: Plan = { all: true, unknown: [] };

/** What a person typed, as queries. */
export class TextQuery {
  readonly words: readonly TypedWord[];
  readonly #schema: IndexSchema;
  readonly #locale: Locale | undefined;

  constructor(schema: IndexSchema, text: string, locale: Locale | undefined) {
    this.words = typedWords(text, locale);
    this.#schema = schema;
    this.#locale = locale;
  }

  /** The documents that match, scored. */
  ranking({ all, unknown }: Plan): Query {
    if (this.words.length === 0) return { match_none: {} };
    const queries = this.words.map((_, at) => this.word(at, unknown.includes(at)));
    if (!all) return { bool: { should: queries, minimum_should_match: 1 } };
    const [must, should] = [true, false].map((needed) => queries.filter((_, at) => this.words[at]?.needed === needed));
    return { bool: { must: must ?? [], should: should ?? [] } };
  }

  /** One word, in the language of each document that has most of it. */
  word(at: number, withTypos: boolean): Query {
    const { word = '', last = false } = this.words[at] ?? {};
    return {
      dis_max: { queries: LOCALES.map((locale) => this.#inLocale(word, last, withTypos, locale)) },
    };
  }

  #inLocale(word: string, last: boolean, withTypos: boolean, locale: Locale): Query {
    const share = this.#locale === undefined || this.#locale === locale ? 1 : OTHER_LOCALE;
    const fields = (nameOf: typeof stemsField, weight: number): string[] =>
      Object.entries(this.#schema.texts).map(
        ([field, { boost }]) => `${nameOf(field, locale)}^${boost * share * weight}`,
      );
    if (withTypos) {
      const fuzziness = editsForgiven(fold(word).length);
      const similar = { fuzziness, max_expansions: MOST_SIMILAR };
      return { multi_match: { query: word, type: 'most_fields', fields: fields(wordsField, TYPO), ...similar } };
    }
    const singular = singularOf(locale, word);
    const inflected = singular === word ? word : `${word} ${singular}`;
    const written: 'bool_prefix' | 'most_fields' =
      last && fold(word).length >= SHORTEST_BEGINNING ? 'bool_prefix' : 'most_fields';
    return {
      bool: {
        should: [
          { multi_match: { query: inflected, type: 'most_fields', fields: fields(stemsField, 1) } },
          { multi_match: { query: word, type: written, fields: fields(wordsField, BEGINNING) } },
        ],
      },
    };
  }

  /** Tells which words of a document's texts matched. */
  matcher({ unknown }: Plan): (locale: Locale, word: string) => boolean {
    const typed = this.words.map(({ word, last }, at) => {
      const folded = fold(word);
      const most = unknown.includes(at) ? editsForgiven(folded.length) : 0;
      return { word, folded, begins: last && folded.length >= SHORTEST_BEGINNING, most, letters: letters(folded) };
    });
    return (locale, word) => {
      const folded = fold(word);
      const stemmed = stem(locale, word);
      return typed.some(
        (each) =>
          folded === each.folded ||
          stemmed === stem(locale, each.word) ||
          (each.begins && folded.startsWith(each.folded)) ||
          (each.most > 0 &&
            letterDifference(each.letters, letters(folded)) <= 2 * each.most &&
            editsBetween(each.folded, folded, each.most) <= each.most),
      );
    };
  }
}
