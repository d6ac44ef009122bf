import type Database from 'better-sqlite3';

/** Bytes of vectors that are kept in memory; the rest is read where it lies, whenever it is compared. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** What is near to a vector. */
export interface Neighbour {
  readonly no: number;
  /** From -1 to 1. */
  readonly cosine: number;
}

/** The vectors of an index: all of a tenant's are compared, so the nearest are found for certain. */
export class Vectors {
  readonly #put: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #read: Database.Statement;
  readonly #keptBytes: number;
  /** By field and document number, of length 1. */
  readonly #kept = new Map<string, Map<number, Float32Array>>();
  #bytes = 0;

  constructor(db: Database.Database, table: string, keptBytes: number = KEPT_BYTES) {
    this.#put = db.prepare(`INSERT OR REPLACE INTO ${table} (field, no, vector) VALUES (?, ?, ?)`);
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE no = ?`);
    this.#read = db.prepare(`SELECT vector FROM ${table} WHERE field = ? AND no = ?`).pluck();
    this.#keptBytes = keptBytes;
  }

  static schema(table: string): string {
    return `CREATE TABLE ${table} (field TEXT NOT NULL, no INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (field, no)) WITHOUT ROWID`;
  }

  /** Replaces all vectors of a document. */
  put(no: number, vectors: Readonly<Record<string, readonly number[]>>): void {
    this.#remove.run(no);
    for (const [field, vector] of Object.entries(vectors)) this.#put.run(field, no, bytesOf(Float32Array.from(vector)));
  }

  /** A vector as it was put, in single precision. */
  get(field: string, no: number): readonly number[] | undefined {
    const stored = this.#stored(field, no);
    return stored && [...stored];
  }

  /** The document has changed: what is in memory of it is read anew. */
  forget(no: number): void {
    for (const kept of this.#kept.values()) {
      this.#bytes -= kept.get(no)?.byteLength ?? 0;
      kept.delete(no);
    }
  }

  /** Those of the documents that have the vector, with its cosine. */
  compare(field: string, to: ArrayLike<number>, documents: readonly number[]): readonly Neighbour[] {
    const direction = normalised(Float32Array.from(to));
    const neighbours: Neighbour[] = [];
    for (const no of documents) {
      const vector = this.#vector(field, no);
      if (vector === undefined) continue;
      let cosine = 0;
      for (let at = 0; at < direction.length; at += 1) cosine += (vector[at] ?? 0) * (direction[at] ?? 0);
      neighbours.push({ no, cosine });
    }
    return neighbours;
  }

  #vector(field: string, no: number): Float32Array | undefined {
    let kept = this.#kept.get(field);
    if (kept === undefined) {
      kept = new Map();
      this.#kept.set(field, kept);
    }
    const known = kept.get(no);
    if (known !== undefined) return known;
    const stored = this.#stored(field, no);
    if (stored === undefined) return undefined;
    const vector = normalised(stored);
    if (this.#bytes + vector.byteLength <= this.#keptBytes) {
      kept.set(no, vector);
      this.#bytes += vector.byteLength;
    }
    return vector;
  }

  #stored(field: string, no: number): Float32Array | undefined {
    const bytes = this.#read.get(field, no) as Buffer | undefined;
    // Copied: a buffer from a pool may lie where no float can begin.
    return bytes && new Float32Array(Uint8Array.from(bytes).buffer);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const normalised = (vector: Float32Array): Float32Array => {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
};
