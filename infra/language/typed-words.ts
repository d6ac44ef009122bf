import type { Locale } from '../../contracts/texts.ts';
import { LOCALES } from '../../contracts/texts.ts';
import { isStopWord } from './stop-words.ts';
import { wordsOf } from './words.ts';

/** What a person types is cut here: each word costs a look-up, and no search of a person has more. */
const MOST_WORDS = 12;

export interface TypedWord {
  readonly word: string;
  readonly last: boolean;
  /** Counts towards 'has all words'. */
  readonly needed: boolean;
}

/** The words to look for: stop words of the person's language are dropped, those of the other languages need not be found. */
export const typedWords = (text: string, locale: Locale | undefined): TypedWord[] => {
  const typed = [...new Set(wordsOf(text).map((word) => word.text))].slice(0, MOST_WORDS);
  const lastAt = typed.length - 1;
  const words = typed.map((word, at) => ({ word, last: at === lastAt, needed: !isStopWordAnywhere(word) }));
  const telling = words.filter(({ word, last }) => last || locale === undefined || !isStopWord(locale, word));
  return telling.some((word) => word.needed) ? telling : telling.map((word) => ({ ...word, needed: true }));
};

/** From so many letters the last word also matches as a beginning. */
export const SHORTEST_BEGINNING = 2;

const isStopWordAnywhere = (word: string): boolean => LOCALES.some((locale) => isStopWord(locale, word));
