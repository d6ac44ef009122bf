import { stemmer as english } from '@orama/stemmers/english';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as portuguese } from '@orama/stemmers/portuguese';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { LRUCache } from 'lru-cache';
import type { Locale } from '../../contracts/texts.ts';
import { LOCALES } from '../../contracts/texts.ts';
import { fold } from './words.ts';

const stemmers: Readonly<Record<Locale, (word: string) => string>> = {
  es: spanish,
  en: english,
  pt: portuguese,
  fr: french,
};

/** Plurals that Snowball's rules part from their singular: ciudades, luces, viagens, vulcões, hotéis. */
const plurals: Readonly<Record<Locale, readonly (readonly [ending: RegExp, singular: string])[]>> = {
  es: [
    [/dades$/, 'dad'],
    [/([aeiouáéíóú])ces$/, '$1z'],
  ],
  en: [],
  pt: [
    [/(ões|oes|ães)$/, 'ão'],
    [/([aeiou])ns$/, '$1m'],
    [/(éis|eis)$/, 'el'],
    [/([tniv])ais$/, '$1al'],
  ],
  fr: [],
};

const known = new Map(LOCALES.map((locale) => [locale, new LRUCache<string, string>({ max: 20_000 })]));

/** The folded stem that a word's inflections share (Snowball): `playas` and `playa` -> `play`. Expects lower case, accents kept. */
export const stem = (locale: Locale, word: string): string => {
  const cache = known.get(locale);
  const cached = cache?.get(word);
  if (cached !== undefined) return cached;
  const stemmed = fold(stemmers[locale](singularOf(locale, word))) || fold(word);
  cache?.set(word, stemmed);
  return stemmed;
};

/** The singular of those plurals, also of ones typed without accents; any other word as it is. */
export const singularOf = (locale: Locale, word: string): string => {
  const rule = plurals[locale].find(([ending]) => ending.test(word));
  return rule === undefined ? word : word.replace(rule[0], rule[1]);
};
