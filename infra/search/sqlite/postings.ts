import type Database from 'better-sqlite3';
import type { Analysis, Term } from './analysis.ts';

/** Documents whose postings of one term share a row: small enough to rewrite one, large enough to read few. */
const CHUNK = 1_024;

/** Called for each document and field that has the term. */
export type OnPosting = (document: number, field: number, times: number) => void;

/**
 * Which documents have a term, in which fields and how often. A row holds a chunk of the documents, sorted, as 32-bit words of
 * document in the chunk (16 bits), field (8) and times (8), in the byte order of the machine.
 */
export class Postings {
  readonly #read: Database.Statement;
  readonly #readChunk: Database.Statement;
  readonly #write: Database.Statement;
  readonly #remove: Database.Statement;

  constructor(db: Database.Database, table: string) {
    this.#read = db.prepare(`SELECT chunk, entries FROM ${table} WHERE term = ? ORDER BY chunk`);
    this.#readChunk = db.prepare(`SELECT entries FROM ${table} WHERE term = ? AND chunk = ?`).pluck();
    this.#write = db.prepare(`INSERT OR REPLACE INTO ${table} (term, chunk, entries) VALUES (?, ?, ?)`);
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE term = ? AND chunk = ?`);
  }

  static schema(table: string): string {
    return `CREATE TABLE ${table} (term TEXT, chunk INTEGER, entries BLOB NOT NULL, PRIMARY KEY (term, chunk)) WITHOUT ROWID`;
  }

  each(term: Term, onPosting: OnPosting): void {
    for (const { chunk, entries } of this.#read.all(term) as { chunk: number; entries: Buffer }[]) {
      const first = chunk * CHUNK;
      for (const word of unpacked(entries)) onPosting(first + (word >>> 16), (word >>> 8) & 0xff, word & 0xff);
    }
  }

  apply(edits: PostingEdits): void {
    for (const [term, chunks] of edits.byTerm)
      for (const [chunk, documents] of chunks) {
        const stored = this.#readChunk.get(term, chunk) as Buffer | undefined;
        const entries = edited(stored === undefined ? new Uint32Array() : unpacked(stored), documents);
        if (entries.length === 0) this.#remove.run(term, chunk);
        else this.#write.run(term, chunk, Buffer.from(entries.buffer, 0, entries.byteLength));
      }
  }
}

/** Changes of many documents gathered by row, so that a batch rewrites each row once. */
export class PostingEdits {
  /** Term -> chunk -> document in the chunk -> its fields now; none: the document no longer has the term. */
  readonly byTerm = new Map<Term, Map<number, Map<number, readonly number[]>>>();

  replace(document: number, before: Analysis['terms'], after: Analysis['terms']): void {
    for (const [term, fields] of before) {
      const now = after.get(term) ?? [];
      if (fields.length !== now.length || fields.some((field, at) => field !== now[at]))
        this.#edit(term, document, now);
    }
    for (const [term, fields] of after) if (!before.has(term)) this.#edit(term, document, fields);
  }

  #edit(term: Term, document: number, fields: readonly number[]): void {
    const chunk = Math.floor(document / CHUNK);
    const chunks = this.byTerm.get(term) ?? new Map<number, Map<number, readonly number[]>>();
    this.byTerm.set(term, chunks);
    const documents = chunks.get(chunk) ?? new Map<number, readonly number[]>();
    chunks.set(chunk, documents);
    documents.set(document % CHUNK, fields);
  }
}

const edited = (stored: Uint32Array, documents: ReadonlyMap<number, readonly number[]>): Uint32Array => {
  const kept = stored.filter((word) => !documents.has(word >>> 16));
  const added: number[] = [];
  for (const [document, fields] of documents) for (const field of fields) added.push(((document << 16) | field) >>> 0);
  const entries = new Uint32Array(kept.length + added.length);
  entries.set(kept);
  entries.set(added, kept.length);
  return entries.sort();
};

/** Copied: a buffer from the engine need not lie where 32-bit words may. */
const unpacked = (entries: Buffer): Uint32Array =>
  new Uint32Array(entries.buffer.slice(entries.byteOffset, entries.byteOffset + entries.byteLength));
