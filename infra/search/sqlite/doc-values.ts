import { LOCALES, type Locale } from '../../../contracts/texts.ts';
import { distanceBetween } from '../distance.ts';
import type { GeoPoint, IndexSchema, SearchDocument, SearchQuery } from '../search.ts';
import { beginningsOf, type Completable } from '../suggestions.ts';

/** What is kept in memory of a document: all that filters, facets, sorts and ranking ask of every match. */
export interface Facts {
  readonly keywords: Readonly<Record<string, readonly string[]>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly points?: NonNullable<SearchDocument['points']>;
  /** The text to complete, in its languages. */
  readonly completion?: Partial<Record<Locale, string>>;
  /** Words by column. */
  readonly lengths: readonly number[];
}

/** A keyword field: the documents' values as numbers, and back. */
export interface KeywordColumn {
  readonly values: string[];
  readonly ordinals: Map<string, number>;
  readonly byDocument: (readonly number[] | undefined)[];
}

const NO_TENANT = 0;

/** The documents' values by column and document number. */
export class DocValues {
  readonly ids: string[] = [];
  readonly keywords: ReadonlyMap<string, KeywordColumn>;
  readonly numbers: ReadonlyMap<string, (number | undefined)[]>;
  readonly points: ReadonlyMap<string, (GeoPoint | undefined)[]>;
  /** Texts to complete, by document number. */
  readonly completions: (readonly Completable[] | undefined)[] = [];
  /** Number of a document's tenant; 0 where there is no document. */
  readonly tenantOf: number[] = [NO_TENANT];
  readonly #tenants = new Map<string, number>();
  readonly #documentsOf: number[] = [0];
  readonly #lengths: number[][];
  readonly #sums: number[];
  readonly #counts: number[];

  constructor(schema: IndexSchema) {
    this.keywords = new Map(
      schema.keywords.map((field) => [field, { values: [], ordinals: new Map(), byDocument: [] }]),
    );
    this.numbers = new Map(schema.numbers.map((field) => [field, []]));
    this.points = new Map((schema.points ?? []).map((field) => [field, []]));
    const columns = Object.keys(schema.texts).length * LOCALES.length;
    this.#lengths = Array.from({ length: columns }, () => []);
    this.#sums = new Array<number>(columns).fill(0);
    this.#counts = new Array<number>(columns).fill(0);
  }

  /** One more than the highest document number. */
  get size(): number {
    return this.tenantOf.length;
  }

  /** The tenant's number; undefined when it has never had a document. */
  tenant(name: string): number | undefined {
    return this.#tenants.get(name);
  }

  documentsOf(tenant: number): number {
    return this.#documentsOf[tenant] ?? 0;
  }

  /** Words of the column in the document, relative to the mean of the documents that have any. */
  relativeLength(column: number, document: number): number {
    const length = this.#lengths[column]?.[document] ?? 0;
    return (length * (this.#counts[column] ?? 0)) / (this.#sums[column] || 1);
  }

  /** In meters; undefined where the document lacks the point, or none is asked for. */
  distance(document: number, near: SearchQuery['near']): number | undefined {
    const point = near && this.points.get(near.point)?.[document];
    return near && point && distanceBetween(near, point);
  }

  put(document: number, id: string, tenant: string, facts: Facts): void {
    this.remove(document);
    this.ids[document] = id;
    const owner = this.#tenantNumber(tenant);
    this.tenantOf[document] = owner;
    this.#documentsOf[owner] = (this.#documentsOf[owner] ?? 0) + 1;
    for (const [field, column] of this.keywords) {
      const values = facts.keywords[field];
      column.byDocument[document] = values && [...new Set(values)].map((value) => ordinalOf(column, value));
    }
    for (const [field, column] of this.numbers) column[document] = facts.numbers[field];
    for (const [field, column] of this.points) column[document] = facts.points?.[field];
    this.completions[document] = Object.entries(facts.completion ?? {}).map(([locale, text]) => ({
      ...{ id, locale: locale as Locale, text, beginnings: beginningsOf(text) },
    }));
    for (const [column, lengths] of this.#lengths.entries())
      this.#setLength(column, lengths, document, facts.lengths[column] ?? 0);
  }

  remove(document: number): void {
    while (this.tenantOf.length <= document) this.tenantOf.push(NO_TENANT);
    const owner = this.tenantOf[document] ?? NO_TENANT;
    if (owner === NO_TENANT) return;
    this.tenantOf[document] = NO_TENANT;
    this.#documentsOf[owner] = (this.#documentsOf[owner] ?? 0) - 1;
    for (const column of this.keywords.values()) column.byDocument[document] = undefined;
    for (const column of this.numbers.values()) column[document] = undefined;
    for (const column of this.points.values()) column[document] = undefined;
    this.completions[document] = undefined;
    for (const [column, lengths] of this.#lengths.entries()) this.#setLength(column, lengths, document, 0);
  }

  #setLength(column: number, lengths: number[], document: number, length: number): void {
    const before = lengths[document] ?? 0;
    while (lengths.length < document) lengths.push(0);
    lengths[document] = length;
    this.#sums[column] = (this.#sums[column] ?? 0) + length - before;
    this.#counts[column] = (this.#counts[column] ?? 0) + Math.sign(length) - Math.sign(before);
  }

  #tenantNumber(name: string): number {
    let tenant = this.#tenants.get(name);
    if (tenant === undefined) {
      tenant = this.#tenants.size + 1;
      this.#tenants.set(name, tenant);
    }
    return tenant;
  }
}

const ordinalOf = (column: KeywordColumn, value: string): number => {
  let ordinal = column.ordinals.get(value);
  if (ordinal === undefined) {
    ordinal = column.values.push(value) - 1;
    column.ordinals.set(value, ordinal);
  }
  return ordinal;
};
