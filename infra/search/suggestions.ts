import type { Locale } from '../../contracts/texts.ts';
import { editsBetween, editsForgiven } from '../language/typos.ts';
import { fold, wordsOf } from '../language/words.ts';
import type { Suggestion, SuggestQuery } from './search.ts';

/** A text can be begun at each of its first words. */
const MOST_BEGINNINGS = 8;

/** Nobody types more before choosing; Elasticsearch completes by no more. */
const LONGEST = 50;

/** What a text is completed from: its words from each one on, folded. */
export const beginningsOf = (text: string): readonly string[] => {
  const words = foldedWords(text);
  return words.slice(0, MOST_BEGINNINGS).map((_, at) => words.slice(at).join(' ').slice(0, LONGEST));
};

/** What a person has typed, as it is looked for. */
export const typedBeginning = (typed: string): string => foldedWords(typed).join(' ').slice(0, LONGEST).trimEnd();

const foldedWords = (text: string): string[] => wordsOf(text).map(({ text: word }) => fold(word));

export interface Completable {
  readonly id: string;
  readonly locale: Locale;
  readonly text: string;
  readonly beginnings: readonly string[];
}

/** The texts that begin as typed, each document once: in the person's language first, and from their first word. */
export const completions = (
  candidates: Iterable<Completable>,
  { text, locale, limit }: SuggestQuery,
  edits: 'exact' | 'with typos',
): readonly Suggestion[] => {
  const typed = typedBeginning(text);
  const most = edits === 'exact' ? 0 : editsForgiven(typed.length);
  const found: (Suggestion & { readonly foreign: boolean; readonly at: number })[] = [];
  for (const candidate of candidates) {
    const at = candidate.beginnings.findIndex((beginning) => beginsAs(beginning, typed, most));
    if (at === -1) continue;
    const foreign = locale !== undefined && candidate.locale !== locale;
    found.push({ id: candidate.id, text: candidate.text, foreign, at });
  }
  found.sort(
    (a, b) => Number(a.foreign) - Number(b.foreign) || a.at - b.at || order(a.text, b.text) || order(a.id, b.id),
  );
  const byId = new Map<string, Suggestion>();
  for (const { id, text: whole } of found) if (!byId.has(id)) byId.set(id, { id, text: whole });
  return [...byId.values()].slice(0, limit);
};

/** Within `most` edits of a beginning of it, which may be that much longer or shorter than what was typed. */
const beginsAs = (text: string, typed: string, most: number): boolean => {
  if (text.startsWith(typed)) return true;
  for (let length = typed.length - most; most > 0 && length <= typed.length + most; length += 1)
    if (editsBetween(typed, text.slice(0, length), most) <= most) return true;
  return false;
};

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
