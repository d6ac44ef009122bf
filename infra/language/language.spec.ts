import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stem } from './stem.ts';
import { isStopWord } from './stop-words.ts';
import { editsBetween, editsForgiven, letterDifference, letters } from './typos.ts';
import { fold, wordsOf } from './words.ts';

describe('words', () => {
  it('are runs of letters and digits, lower case, with their place', () => {
    const text = "L’ÎLE d'Yeu: 4x4,  🏝️ Sa\u0303o-Paulo";
    expect(wordsOf(text).map((word) => word.text)).toEqual(['l', 'île', 'd', 'yeu', '4x4', 'são', 'paulo']);
    for (const { text: word, start, end } of wordsOf(text))
      expect(text.slice(start, end).normalize('NFC').toLowerCase()).toBe(word);
  });

  it('fold to letters without accents', () => {
    expect(['excursión', 'cœur', 'straße', 'são', 'ñandú', 'łódź', 'abc1'].map(fold)).toEqual([
      ...['excursion', 'coeur', 'strasse', 'sao', 'nandu', 'lodz', 'abc1'],
    ]);
  });

  it('tell stop words from what travellers look for', () => {
    expect(isStopWord('fr', 'été')).toBe(false);
    expect(isStopWord('fr', 'à')).toBe(true);
    expect(isStopWord('es', 'tambien')).toBe(true);
    expect(isStopWord('pt', 'são')).toBe(false);
  });
});

describe('stems', () => {
  it.each([
    ['en', ['walking', 'walks', 'walked', 'walk']],
    ['en', ['sailing', 'sails', 'sail']],
    ['en', ['beaches', 'beach']],
    ['en', ['cities', 'city']],
    ['es', ['playas', 'playa']],
    ['es', ['ciudades', 'ciudad']],
    ['es', ['luces', 'luz']],
    ['es', ['excursiones', 'excursión', 'excursion']],
    ['es', ['navegaciones', 'navegación']],
    ['pt', ['praias', 'praia']],
    ['pt', ['viagens', 'viagem']],
    ['pt', ['vulcões', 'vulcão']],
    ['pt', ['hotéis', 'hotel']],
    ['fr', ['plages', 'plage']],
    ['fr', ['châteaux', 'château']],
    ['fr', ['randonnées', 'randonnée']],
  ] as const)('%s: %s are one', (locale, words) => {
    expect(new Set(words.map((word) => stem(locale, word))).size).toBe(1);
  });
});

describe('typos', () => {
  it('are forgiven by length', () => {
    expect([3, 4, 7, 8, 30].map(editsForgiven)).toEqual([0, 1, 1, 2, 2]);
  });

  it.each([
    ['sialing', 'sailing', 1],
    ['sailng', 'sailing', 1],
    ['saiiling', 'sailing', 1],
    ['zailing', 'sailing', 1],
    ['kayak', 'kayak', 0],
    ['ktaamaran', 'katamaran', 1],
    ['barcleonna', 'barcelona', 2],
    ['beach', 'peaks', 3],
    ['', 'ab', 2],
  ])('%s -> %s: %i', (a, b, edits) => expect(editsBetween(a, b, 2)).toBe(edits));

  it('count the same both ways, at most what one word needs for the other, and the letters agree', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcd'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const edits = editsBetween(a, b, 99);
        expect(editsBetween(b, a, 99)).toBe(edits);
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(edits === 0).toBe(a === b);
        expect(letterDifference(letters(a), letters(b))).toBeLessThanOrEqual(2 * edits);
        for (const most of [0, 1, 2]) expect(editsBetween(a, b, most)).toBe(Math.min(edits, most + 1));
      }),
    );
  });
});
