/** A word of a text and where it stands in it (UTF-16 offsets). */
export interface Word {
  /** Lower case, composed (NFC): `excursión`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer runs of letters are no words of a language: they are cut here. */
const LONGEST_WORD = 64;

/** Runs of letters, digits and marks. Apostrophes part words: `l'île` is `l` and `île`. */
export const wordsOf = (text: string): Word[] => {
  const words: Word[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu)) {
    const word = match[0].normalize('NFC').toLowerCase().slice(0, LONGEST_WORD);
    words.push({ text: word, start: match.index, end: match.index + match[0].length });
  }
  return words;
};

const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Without accents and ligatures: `excursión` -> `excursion`, `cœur` -> `coeur`. Expects lower case. */
export const fold = (word: string): string => {
  if (/^[\da-z]*$/.test(word)) return word;
  const plain = word.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain.replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter] ?? letter);
};
