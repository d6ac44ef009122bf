import type { Locale } from '../../contracts/texts.ts';
import { LOCALES } from '../../contracts/texts.ts';
import type { Word } from '../language/words.ts';
import { wordsOf } from '../language/words.ts';
import type { SearchDocument } from './search.ts';

/** Characters of text in a snippet, about two lines. */
const SNIPPET = 180;
const BEFORE_MATCH = 60;

/** For each field with a word that matches: a snippet of it in the wanted language, or in another one that matches. */
export const highlightsOf = (
  texts: SearchDocument['texts'],
  isMatch: (locale: Locale, word: string) => boolean,
  wanted: Locale | undefined,
): Readonly<Record<string, string>> => {
  const locales = wanted === undefined ? LOCALES : [wanted, ...LOCALES.filter((locale) => locale !== wanted)];
  const highlights: [string, string][] = [];
  for (const [field, byLocale] of Object.entries(texts))
    for (const locale of locales) {
      const text = byLocale[locale] ?? '';
      const matches = wordsOf(text).filter((word) => isMatch(locale, word.text));
      if (matches.length === 0) continue;
      highlights.push([field, snippetOf(text, matches)]);
      break;
    }
  return Object.fromEntries(highlights);
};

const snippetOf = (text: string, matches: readonly Word[]): string => {
  const from = startNear(text, (matches[0]?.start ?? 0) - BEFORE_MATCH);
  const to = endNear(text, Math.max(from + SNIPPET, matches[0]?.end ?? 0));
  let html = from > 0 ? '…' : '';
  let at = from;
  for (const { start, end } of matches) {
    if (end > to) break;
    html += `${escapeHtml(text.slice(at, start))}<em>${escapeHtml(text.slice(start, end))}</em>`;
    at = end;
  }
  return html + escapeHtml(text.slice(at, to)) + (to < text.length ? '…' : '');
};

/** A cut goes between words: at the first space behind the place to begin at, at the last one before the place to end at. */
const startNear = (text: string, at: number): number => {
  if (at <= 0) return 0;
  const space = text.indexOf(' ', at);
  return space === -1 || space > at + BEFORE_MATCH - 1 ? at + BEFORE_MATCH : space + 1;
};

const endNear = (text: string, at: number): number => {
  if (at >= text.length) return text.length;
  const space = text.lastIndexOf(' ', at);
  return space > at - BEFORE_MATCH ? space : at;
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
