import type { Locale } from '../../../contracts/texts.ts';
import { LOCALES } from '../../../contracts/texts.ts';
import { stem } from '../../language/stem.ts';
import { SHORTEST_BEGINNING, typedWords } from '../../language/typed-words.ts';
import { fold } from '../../language/words.ts';
import type { Term } from './analysis.ts';
import { columnOf, termOf } from './analysis.ts';
import type { DocValues } from './doc-values.ts';
import type { Postings } from './postings.ts';
import type { Vocabulary } from './vocabulary.ts';

/** BM25's usual constants: how soon repeating a word stops counting, and how much a long text weighs less. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
const OTHER_LOCALE = 0.6;
const BEGINNING = 0.5;
const TYPO = 0.5;

interface Alternative {
  readonly locale: Locale;
  readonly stem: string;
  readonly weight: number;
}

/** What one word of the query found. */
interface WordMatches {
  readonly documents: readonly number[];
  /** By document number; 0: not found. */
  readonly strength: Float64Array;
  readonly terms: readonly Term[];
  /** Found as it is written or begins. */
  readonly exact: boolean;
}

export interface Ranked {
  readonly documents: readonly number[];
  /** By document number. */
  readonly scores: Float64Array;
  /** The stems that were looked for: what is highlighted. */
  readonly terms: ReadonlySet<Term>;
  /** Whether the documents have all the words, as they are written. */
  readonly words: 'all' | 'some';
}

interface Asked {
  readonly text: string;
  readonly locale: Locale | undefined;
  /** The tenant's number. */
  readonly tenant: number;
}

/** Finds a tenant's documents by words and scores them: BM25 over boosted fields, the best language of each document counting. */
export class Ranking {
  readonly #boosts: readonly number[];
  readonly #values: DocValues;
  readonly #postings: Postings;
  readonly #vocabulary: Vocabulary;

  constructor(boosts: readonly number[], values: DocValues, postings: Postings, vocabulary: Vocabulary) {
    this.#boosts = boosts;
    this.#values = values;
    this.#postings = postings;
    this.#vocabulary = vocabulary;
  }

  rank(asked: Asked): Ranked {
    const words = typedWords(asked.text, asked.locale);
    const found = words.map(({ word, last }) => this.#find(word, last, asked));
    const size = this.#values.size;
    const scores = new Float64Array(size);
    const needed = new Uint8Array(size);
    const anyMatch: number[] = [];
    for (const [at, { documents, strength }] of found.entries()) {
      const rarity = this.#rarity(documents.length, asked.tenant);
      for (const document of documents) {
        if (scores[document] === 0) anyMatch.push(document);
        const times = strength[document] ?? 0;
        scores[document] = (scores[document] ?? 0) + (rarity * times) / (SATURATION + times);
        if (words[at]?.needed) needed[document] = (needed[document] ?? 0) + 1;
      }
    }
    const all = words.filter((word) => word.needed).length;
    const haveAll = anyMatch.filter((document) => needed[document] === all);
    const terms = new Set(found.flatMap((matches) => matches.terms));
    const isExact = haveAll.length > 0 && found.every(({ exact }, at) => exact || !words[at]?.needed);
    return { documents: haveAll.length > 0 ? haveAll : anyMatch, scores, terms, words: isExact ? 'all' : 'some' };
  }

  /** Exact words, and beginnings for the last one; typos only when the tenant has none of these. */
  #find(word: string, last: boolean, asked: Asked): WordMatches {
    const folded = fold(word);
    const known = this.#vocabulary.exact(folded);
    const alternatives: Alternative[] = [
      ...LOCALES.map((locale) => ({ locale, stem: stem(locale, word), weight: 1 })),
      ...known.map(({ locale, stem: stemmed }) => ({ locale, stem: stemmed, weight: 1 })),
    ];
    if (last && folded.length >= SHORTEST_BEGINNING)
      for (const each of this.#vocabulary.beginningWith(folded)) alternatives.push({ ...each, weight: BEGINNING });
    const matches = this.#match(alternatives, asked);
    if (matches.documents.length > 0) return { ...matches, exact: true };
    const similar = this.#vocabulary.similarTo(folded).map((each) => ({ ...each, weight: TYPO ** each.edits }));
    return { ...this.#match(similar, asked), exact: false };
  }

  #match(alternatives: readonly Alternative[], { tenant, locale: wanted }: Asked): Omit<WordMatches, 'exact'> {
    const { size, tenantOf } = this.#values;
    const strength = new Float64Array(size);
    const documents: number[] = [];
    const terms: Term[] = [];
    for (const [at, locale] of LOCALES.entries()) {
      const weights = heaviest(alternatives.filter((each) => each.locale === locale));
      if (weights.size === 0) continue;
      const inLocale = new Float64Array(size);
      const touched: number[] = [];
      for (const [stemmed, weight] of weights) {
        const term = termOf(locale, stemmed);
        terms.push(term);
        this.#postings.each(term, (document, field, times) => {
          if (tenantOf[document] !== tenant) return;
          if (inLocale[document] === 0) touched.push(document);
          const length = 1 - LENGTH_SHARE + LENGTH_SHARE * this.#values.relativeLength(columnOf(field, at), document);
          inLocale[document] = (inLocale[document] ?? 0) + (weight * (this.#boosts[field] ?? 1) * times) / length;
        });
      }
      const share = wanted === undefined || wanted === locale ? 1 : OTHER_LOCALE;
      for (const document of touched) {
        if (strength[document] === 0) documents.push(document);
        strength[document] = Math.max(strength[document] ?? 0, share * (inLocale[document] ?? 0));
      }
    }
    return { documents, strength, terms };
  }

  #rarity(found: number, tenant: number): number {
    return Math.log(1 + (this.#values.documentsOf(tenant) - found + 0.5) / (found + 0.5));
  }
}

const heaviest = (alternatives: readonly Alternative[]): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>();
  for (const { stem: stemmed, weight } of alternatives)
    weights.set(stemmed, Math.max(weight, weights.get(stemmed) ?? 0));
  return weights;
};
