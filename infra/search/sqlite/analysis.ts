import type { Locale } from '../../../contracts/texts.ts';
import { LOCALES } from '../../../contracts/texts.ts';
import { stem } from '../../language/stem.ts';
import { isStopWord } from '../../language/stop-words.ts';
import { fold, wordsOf } from '../../language/words.ts';
import type { SearchDocument } from '../search.ts';

/** A stem in its language: `es:play`. What postings are kept by. */
export type Term = string;
export const termOf = (locale: Locale, stemmed: string): Term => `${locale}:${stemmed}`;

/** Which languages and fields a document's word counts are kept by. */
export const columnOf = (field: number, locale: number): number => field * LOCALES.length + locale;

const MOST_COUNTED = 255;

export type AnalysedWord = readonly [folded: string, locale: Locale, stem: string];

/** A document's texts as the index holds them. */
export interface Analysis {
  /** Term -> for each field that has it, `field << 8 | times`, by field. */
  readonly terms: ReadonlyMap<Term, readonly number[]>;
  /** Words by column. */
  readonly lengths: readonly number[];
  /** Word in its language and its stem -> folded word, language, stem: what typos and beginnings are looked up in. */
  readonly words: ReadonlyMap<string, AnalysedWord>;
}

/** Counts the stems of each field in each language, without stop words. */
export const analyse = (fields: readonly string[], texts: SearchDocument['texts']): Analysis => {
  const terms = new Map<Term, number[]>();
  const words = new Map<string, AnalysedWord>();
  const lengths = new Array<number>(fields.length * LOCALES.length).fill(0);
  for (const [field, name] of fields.entries())
    for (const [at, locale] of LOCALES.entries()) {
      const counts = new Map<Term, number>();
      for (const { text: word } of wordsOf(texts[name]?.[locale] ?? '')) {
        if (isStopWord(locale, word)) continue;
        const stemmed = stem(locale, word);
        const term = termOf(locale, stemmed);
        counts.set(term, (counts.get(term) ?? 0) + 1);
        const folded = fold(word);
        words.set(`${folded} ${term}`, [folded, locale, stemmed]);
        lengths[columnOf(field, at)] = (lengths[columnOf(field, at)] ?? 0) + 1;
      }
      for (const [term, times] of counts) {
        const packed = (field << 8) | Math.min(times, MOST_COUNTED);
        const fieldsOfTerm = terms.get(term);
        if (fieldsOfTerm === undefined) terms.set(term, [packed]);
        else fieldsOfTerm.push(packed);
      }
    }
  return { terms, lengths, words };
};
