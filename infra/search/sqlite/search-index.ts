import type Database from 'better-sqlite3';
import type { Locale } from '../../../contracts/texts.ts';
import { stem } from '../../language/stem.ts';
import { checkDocument, checkQuery, checkSuggest, checkVersion } from '../check.ts';
import type { HitPosition } from '../cursor.ts';
import { cursorAfterHit, hitPositionOf } from '../cursor.ts';
import { highlightsOf } from '../highlight.ts';
import type {
  IndexSchema,
  SearchDocument,
  SearchQuery,
  SearchResult,
  SearchWrite,
  Suggestion,
  SuggestQuery,
} from '../search.ts';
import { completions, typedBeginning } from '../suggestions.ts';
import type { AnalysedWord } from './analysis.ts';
import { analyse, termOf } from './analysis.ts';
import type { Facts } from './doc-values.ts';
import { DocValues } from './doc-values.ts';
import { PostingEdits, Postings } from './postings.ts';
import { Ranking } from './ranking.ts';
import { firstHits, hitOrder, select } from './selection.ts';
import { Vectors } from './vectors.ts';
import { Vocabulary } from './vocabulary.ts';

/** A row of documents; of one that was removed only number, id and version are left. */
interface Row {
  readonly no: number;
  readonly seq: number;
  readonly id: string;
  readonly tenant: string;
  readonly version: number;
  readonly facts: string | null;
  readonly texts: string | null;
  readonly source: string | null;
}

interface Hit extends HitPosition {
  readonly no: number;
}

const tablesOf = (name: string) => ({
  docs: `"docs ${name}"`,
  postings: `"postings ${name}"`,
  words: `"words ${name}"`,
  vectors: `"vectors ${name}"`,
});

/**
 * One index: documents, postings and words in SQLite, and in memory what every match is asked for. The memory follows the table by
 * its change number, in the same way at the start, after own writes and after those of another process.
 */
export class SearchIndex {
  readonly #db: Database.Database;
  readonly #schema: IndexSchema;
  readonly #fields: readonly string[];
  readonly #values: DocValues;
  readonly #postings: Postings;
  readonly #vocabulary: Vocabulary;
  readonly #ranking: Ranking;
  /** Undefined where the schema has none. */
  readonly #vectors: Vectors | undefined;
  readonly #byId: Database.Statement;
  readonly #byNumber: Database.Statement;
  readonly #changed: Database.Statement;
  readonly #lastChange: Database.Statement;
  readonly #store: Database.Statement;
  #seen = 0;

  constructor(db: Database.Database, schema: IndexSchema) {
    const { docs, postings, words, vectors } = tablesOf(schema.name);
    this.#db = db;
    this.#schema = schema;
    this.#fields = Object.keys(schema.texts);
    this.#values = new DocValues(schema);
    this.#postings = new Postings(db, postings);
    this.#vocabulary = new Vocabulary(db, words);
    const boosts = Object.values(schema.texts).map(({ boost }) => boost);
    this.#ranking = new Ranking(boosts, this.#values, this.#postings, this.#vocabulary);
    this.#vectors = schema.vectors === undefined ? undefined : new Vectors(db, vectors);
    this.#byId = db.prepare(`SELECT * FROM ${docs} WHERE id = ?`);
    this.#byNumber = db.prepare(`SELECT * FROM ${docs} WHERE no = ?`);
    this.#changed = db.prepare(`SELECT seq, no, id, tenant, facts FROM ${docs} WHERE seq > ? ORDER BY seq`);
    this.#lastChange = db.prepare(`SELECT coalesce(max(seq), 0) FROM ${docs}`).pluck();
    this.#store = db.prepare(
      `INSERT INTO ${docs} (seq, id, tenant, version, facts, texts, source)
       VALUES (@seq, @id, @tenant, @version, @facts, @texts, @source)
       ON CONFLICT (id) DO UPDATE SET seq = @seq, tenant = @tenant, version = @version,
         facts = @facts, texts = @texts, source = @source
       RETURNING no`,
    );
  }

  static create(db: Database.Database, { name, vectors: fields }: IndexSchema): void {
    const { docs, postings, words, vectors } = tablesOf(name);
    db.exec(`CREATE TABLE ${docs} (no INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
      tenant TEXT NOT NULL, version INTEGER NOT NULL, facts TEXT, texts TEXT, source TEXT)`);
    db.exec(Postings.schema(postings));
    db.exec(Vocabulary.schema(words));
    if (fields !== undefined) db.exec(Vectors.schema(vectors));
  }

  static drop(db: Database.Database, name: string): void {
    for (const table of Object.values(tablesOf(name))) db.exec(`DROP TABLE IF EXISTS ${table}`);
  }

  write(writes: readonly SearchWrite[]): void {
    for (const write of writes) {
      if ('put' in write) checkDocument(this.#schema, write.put);
      else checkVersion(write.remove.id, write.remove.version);
    }
    this.#db.transaction(() => this.#writeAll(newest(writes))).immediate();
    this.catchUp();
  }

  /** Takes into memory what changed in the table. */
  catchUp(): void {
    for (const row of this.#changed.iterate(this.#seen)) {
      const { seq, no, id, tenant, facts } = row as Row;
      this.#vectors?.forget(no);
      if (facts === null) this.#values.remove(no);
      else this.#values.put(no, id, tenant, JSON.parse(facts) as Facts);
      this.#seen = seq;
    }
  }

  getMany(ids: readonly string[]): Map<string, SearchDocument> {
    const found = new Map<string, SearchDocument>();
    for (const each of new Set(ids)) {
      const row = this.#byId.get(each) as Row | undefined;
      if (row === undefined || row.facts === null) continue;
      const { keywords, numbers, points } = JSON.parse(row.facts) as Facts;
      const { id, tenant, version } = row;
      const values = { keywords, numbers, ...(points === undefined ? {} : { points }), ...this.#vectorsOf(row.no) };
      found.set(id, { id, tenant, version, texts: textsOf(row), ...values, source: sourceOf(row) });
    }
    return found;
  }

  query(query: SearchQuery): SearchResult {
    checkQuery(this.#schema, query);
    const after = query.after === undefined ? undefined : hitPositionOf(query, query.after);
    const tenant = this.#values.tenant(query.tenant);
    const text = query.text?.trim() ?? '';
    const searched = tenant !== undefined && text !== '';
    const ranked = searched ? this.#ranking.rank({ text, locale: query.locale, tenant }) : undefined;
    const candidates = ranked?.documents ?? this.#documentsOf(tenant);
    const { documents, facets } = select(this.#values, candidates, query);
    if (query.nearest !== undefined) return this.#nearest(documents, query.nearest, query);

    const { sort } = query;
    const distanceOf = (no: number): number | undefined => this.#values.distance(no, query.near);
    const numbers = sort === undefined || sort === 'distance' ? undefined : this.#values.numbers.get(sort.number);
    const orderedBy = (no: number): number | null => {
      if (sort === undefined) return ranked?.scores[no] ?? 0;
      return (sort === 'distance' ? distanceOf(no) : numbers?.[no]) ?? null;
    };
    const direction = sort === undefined ? -1 : sort === 'distance' ? 1 : sort.direction;
    const hits = documents.map((no): Hit => ({ no, id: this.#values.ids[no] ?? '', value: orderedBy(no) }));
    // Scores move as documents are written: the page goes on where its last hit stands now.
    const last = after && (hits.find(({ id }) => id === after.id) ?? after);
    // One hit more than asked for tells whether there is a next page.
    const first = firstHits(hits, hitOrder(direction), query.limit + 1, last);
    const shown = first.slice(0, query.limit);
    const end = shown.at(-1);
    return {
      total: documents.length,
      ...(text === '' ? {} : { words: ranked?.words ?? 'some' }),
      hits: shown.map(({ no, id }) => {
        const row = this.#byNumber.get(no) as Row;
        const isMatch = (locale: Locale, word: string): boolean =>
          ranked?.terms.has(termOf(locale, stem(locale, word))) ?? false;
        const highlights = ranked === undefined ? {} : highlightsOf(textsOf(row), isMatch, query.locale);
        const distance = distanceOf(no);
        return {
          ...{ id, score: ranked?.scores[no] ?? 0, source: sourceOf(row), highlights },
          ...(distance === undefined ? {} : { distance }),
        };
      }),
      facets,
      ...(first.length > shown.length && end !== undefined ? { next: cursorAfterHit(query, end) } : {}),
    };
  }

  #nearest(
    documents: readonly number[],
    { vector, to }: NonNullable<SearchQuery['nearest']>,
    { limit, near }: SearchQuery,
  ): SearchResult {
    const neighbours = this.#vectors?.compare(vector, to, documents) ?? [];
    const hits = neighbours.map(({ no, cosine }) => ({ no, id: this.#values.ids[no] ?? '', value: cosine }));
    const first = firstHits(hits, hitOrder(-1), limit, undefined);
    return {
      total: first.length,
      hits: first.map(({ no, id, value }) => {
        const distance = this.#values.distance(no, near);
        const source = sourceOf(this.#byNumber.get(no) as Row);
        return { id, score: value, source, highlights: {}, ...(distance === undefined ? {} : { distance }) };
      }),
      facets: {},
    };
  }

  suggest(query: SuggestQuery): readonly Suggestion[] {
    checkSuggest(query);
    if (typedBeginning(query.text) === '') return [];
    const own = this.#documentsOf(this.#values.tenant(query.tenant));
    const candidates = own.flatMap((no) => this.#values.completions[no] ?? []);
    const exact = completions(candidates, query, 'exact');
    return exact.length > 0 ? exact : completions(candidates, query, 'with typos');
  }

  #vectorsOf(no: number): Pick<SearchDocument, 'vectors'> {
    const fields = Object.keys(this.#schema.vectors ?? {});
    const vectors = fields.flatMap((field) => {
      const vector = this.#vectors?.get(field, no);
      return vector === undefined ? [] : [[field, vector] as const];
    });
    return vectors.length === 0 ? {} : { vectors: Object.fromEntries(vectors) };
  }

  #documentsOf(tenant: number | undefined): readonly number[] {
    const documents: number[] = [];
    if (tenant !== undefined)
      for (let no = 0; no < this.#values.size; no += 1) if (this.#values.tenantOf[no] === tenant) documents.push(no);
    return documents;
  }

  #writeAll(writes: Iterable<SearchWrite>): void {
    let seq = this.#lastChange.get() as number;
    const edits = new PostingEdits();
    const words = new Map<string, AnalysedWord>();
    for (const write of writes) {
      const { id, version } = 'put' in write ? write.put : write.remove;
      const stored = this.#byId.get(id) as Row | undefined;
      if (stored !== undefined && stored.version >= version) continue;
      seq += 1;
      const texts = 'put' in write ? JSON.stringify(write.put.texts) : null;
      const now = analyse(this.#fields, 'put' in write ? write.put.texts : {});
      const { no } = this.#store.get({
        ...{ seq, id, version, texts, tenant: '', facts: null, source: null },
        ...('put' in write ? contentOf(this.#schema, write.put, now.lengths) : {}),
      }) as Row;
      this.#vectors?.put(no, 'put' in write ? (write.put.vectors ?? {}) : {});
      // Most writes change a price or a status: what is the same costs no posting.
      if (texts === (stored?.texts ?? null)) continue;
      edits.replace(no, analyse(this.#fields, stored === undefined ? {} : textsOf(stored)).terms, now.terms);
      for (const [key, word] of now.words) words.set(key, word);
    }
    this.#postings.apply(edits);
    this.#vocabulary.add(words.values());
  }
}

/** Of several writes to one document in a batch only the newest is made. */
const newest = (writes: readonly SearchWrite[]): Iterable<SearchWrite> => {
  const byId = new Map<string, readonly [version: number, write: SearchWrite]>();
  for (const write of writes) {
    const { id, version } = 'put' in write ? write.put : write.remove;
    const [before] = byId.get(id) ?? [-Infinity];
    if (version > before) byId.set(id, [version, write]);
  }
  return [...byId.values()].map(([, write]) => write);
};

const contentOf = (
  { completion }: IndexSchema,
  put: SearchDocument,
  lengths: readonly number[],
): Pick<Row, 'tenant' | 'facts' | 'source'> => ({
  tenant: put.tenant,
  facts: JSON.stringify({
    keywords: put.keywords,
    numbers: put.numbers,
    ...(put.points === undefined ? {} : { points: put.points }),
    ...(completion === undefined ? {} : { completion: put.texts[completion] ?? {} }),
    lengths,
  } satisfies Facts),
  source: JSON.stringify(put.source),
});

const textsOf = ({ texts }: Row): SearchDocument['texts'] => JSON.parse(texts ?? '{}') as SearchDocument['texts'];
const sourceOf = ({ source }: Row): SearchDocument['source'] => JSON.parse(source ?? '{}') as SearchDocument['source'];
