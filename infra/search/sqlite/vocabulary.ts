import type Database from 'better-sqlite3';
import type { Locale } from '../../../contracts/texts.ts';
import { editsBetween, editsForgiven, letterDifference, letters } from '../../language/typos.ts';
import type { AnalysedWord } from './analysis.ts';

export interface KnownWord {
  readonly folded: string;
  readonly locale: Locale;
  readonly stem: string;
}

const MOST_BEGINNINGS = 64;
const MOST_SIMILAR = 24;

/** The words that stand, or stood, in an index, without accents, with their stems. */
export class Vocabulary {
  readonly #add: Database.Statement;
  readonly #exact: Database.Statement;
  readonly #beginning: Database.Statement;
  readonly #since: Database.Statement;
  /** All words, read at the first typo and kept up: comparing them where they lie would be far slower. */
  readonly #words: (KnownWord & { readonly letters: number })[] = [];
  #read = 0;

  constructor(db: Database.Database, table: string) {
    this.#add = db.prepare(`INSERT OR IGNORE INTO ${table} (folded, locale, stem) VALUES (?, ?, ?)`);
    this.#exact = db.prepare(`SELECT folded, locale, stem FROM ${table} WHERE folded = ?`);
    this.#beginning = db.prepare(
      `SELECT folded, locale, stem FROM ${table} WHERE folded > ? AND folded < ?
       ORDER BY length(folded), folded LIMIT ${MOST_BEGINNINGS}`,
    );
    this.#since = db.prepare(`SELECT no, folded, locale, stem FROM ${table} WHERE no > ? ORDER BY no`);
  }

  static schema(table: string): string {
    return `CREATE TABLE ${table}
      (no INTEGER PRIMARY KEY, folded TEXT NOT NULL, locale TEXT NOT NULL, stem TEXT NOT NULL, UNIQUE (folded, locale, stem))`;
  }

  add(words: Iterable<AnalysedWord>): void {
    for (const word of words) this.#add.run(...word);
  }

  exact(folded: string): readonly KnownWord[] {
    return this.#exact.all(folded) as KnownWord[];
  }

  /** The shortest words that begin with these letters and go on. */
  beginningWith(folded: string): readonly KnownWord[] {
    return this.#beginning.all(folded, `${folded}\u{10ffff}`) as KnownWord[];
  }

  /** The words within the edits that are forgiven, nearest first. */
  similarTo(folded: string): readonly (KnownWord & { readonly edits: number })[] {
    const most = editsForgiven(folded.length);
    if (most === 0) return [];
    this.#catchUp();
    const mask = letters(folded);
    const similar: (KnownWord & { edits: number })[] = [];
    for (const word of this.#words) {
      if (Math.abs(word.folded.length - folded.length) > most || letterDifference(word.letters, mask) > 2 * most)
        continue;
      const edits = editsBetween(folded, word.folded, most);
      if (edits <= most) similar.push({ folded: word.folded, locale: word.locale, stem: word.stem, edits });
    }
    return similar.sort((a, b) => a.edits - b.edits).slice(0, MOST_SIMILAR);
  }

  #catchUp(): void {
    for (const row of this.#since.iterate(this.#read)) {
      const { no, folded, locale, stem } = row as KnownWord & { no: number };
      this.#words.push({ folded, locale, stem, letters: letters(folded) });
      this.#read = no;
    }
  }
}
