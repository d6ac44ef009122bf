import { LOCALES } from '../../contracts/texts.ts';
import type { GeoPoint, IndexSchema, SearchDocument, SearchQuery, SuggestQuery } from './search.ts';
import { InvalidSearchError } from './search.ts';

const NAME = /^[a-z0-9_.-]{1,120}$/;

/** @throws InvalidSearchError when it is not a name that every engine takes. */
export const checkIndexName = (name: string): void => {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new InvalidSearchError(`index: ${JSON.stringify(name)} is not an index's name`);
};

/** @throws InvalidSearchError when it names fields that the index lacks, or has values that can't be. */
export const checkDocument = (schema: IndexSchema, document: SearchDocument): void => {
  checkVersion(document.id, document.version);
  if (typeof document.tenant !== 'string' || document.tenant === '')
    throw new InvalidSearchError('tenant: must be a text that is not empty');
  for (const [field, texts] of Object.entries(document.texts)) {
    known(Object.hasOwn(schema.texts, field), field, 'text');
    for (const locale of Object.keys(texts))
      if (!LOCALES.some((each) => each === locale))
        throw new InvalidSearchError(`${field}: ${JSON.stringify(locale)} is not a locale`);
  }
  for (const [field, values] of Object.entries(document.keywords)) {
    known(schema.keywords.includes(field), field, 'keyword');
    if (!values.every((value) => typeof value === 'string'))
      throw new InvalidSearchError(`${field}: keywords are texts`);
  }
  for (const [field, value] of Object.entries(document.numbers)) {
    known(schema.numbers.includes(field), field, 'number');
    if (!Number.isFinite(value)) throw new InvalidSearchError(`${field}: must be a finite number`);
    if (schema.dates?.includes(field) && (!Number.isInteger(value) || Math.abs(value) >= LATEST))
      throw new InvalidSearchError(`${field}: must be a whole number of ms since 1970`);
  }
  for (const [field, point] of Object.entries(document.points ?? {})) checkPoint(schema, field, point);
  for (const [field, vector] of Object.entries(document.vectors ?? {})) checkVector(schema, field, vector);
};

const checkVector = ({ vectors = {} }: IndexSchema, field: string, vector: ArrayLike<number>): void => {
  known(Object.hasOwn(vectors, field), field, 'vector');
  if (vector.length !== vectors[field])
    throw new InvalidSearchError(`${field}: must be a vector of ${vectors[field]} numbers, not of ${vector.length}`);
  let squares = 0;
  for (let at = 0; at < vector.length; at += 1) squares += Math.fround(vector[at] ?? Number.NaN) ** 2;
  if (!Number.isFinite(squares) || squares < LEAST_SQUARES)
    throw new InvalidSearchError(`${field}: must be finite numbers that are not all 0`);
};

/** What is shorter has no direction in single precision. */
const LEAST_SQUARES = 1e-30;

const checkPoint = (schema: IndexSchema, field: string, { lat, lon }: GeoPoint): void => {
  known(schema.points?.includes(field) ?? false, field, 'point');
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) throw new InvalidSearchError(`${field}: is no place on earth`);
};

/** The last ms that a Date can tell. */
export const LATEST = 8_640_000_000_000_000;

/** In bytes. What Elasticsearch takes. */
const LONGEST_ID = 512;

/** @throws InvalidSearchError */
export const checkVersion = (id: string, version: number): void => {
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > LONGEST_ID)
    throw new InvalidSearchError(`id: must be a text of 1 to ${LONGEST_ID} bytes`);
  if (!Number.isSafeInteger(version) || version < 0) throw new InvalidSearchError('version: must be an integer from 0');
};

const MOST_HITS = 1_000;

/** @throws InvalidSearchError when it names fields that the index lacks, or asks for what can't be. */
export const checkQuery = (schema: IndexSchema, query: SearchQuery): void => {
  for (const field of [...Object.keys(query.keywords ?? {}), ...(query.facets ?? [])])
    known(schema.keywords.includes(field), field, 'keyword');
  for (const [field, { gte, lte }] of Object.entries(query.ranges ?? {})) {
    known(schema.numbers.includes(field), field, 'number');
    for (const bound of [gte, lte])
      if (bound !== undefined && !Number.isFinite(bound)) throw new InvalidSearchError(`${field}: a bound is a number`);
  }
  if ((query.ids?.length ?? 0) > MOST_HITS) throw new InvalidSearchError(`ids: at most ${MOST_HITS}`);
  if (query.nearest !== undefined) {
    checkVector(schema, query.nearest.vector, query.nearest.to);
    const { text = '', sort, after, facets = [] } = query;
    if (text !== '' || sort !== undefined || after !== undefined || facets.length > 0)
      throw new InvalidSearchError('nearest: is an order of its own, without text, sort, facets and further pages');
  }
  if (query.near !== undefined) {
    checkPoint(schema, query.near.point, query.near);
    const { within = 1 } = query.near;
    if (!Number.isFinite(within) || within <= 0)
      throw new InvalidSearchError('near: must be within a distance over 0 meters');
  }
  if (query.sort === 'distance') {
    if (query.near === undefined) throw new InvalidSearchError('sort: distances are from `near`, which is not given');
  } else if (query.sort !== undefined) {
    known(schema.numbers.includes(query.sort.number), query.sort.number, 'number');
    if (Math.abs(query.sort.direction) !== 1) throw new InvalidSearchError('sort: a direction is 1 or -1');
  }
  if (!Number.isSafeInteger(query.limit) || query.limit < 0 || query.limit > MOST_HITS)
    throw new InvalidSearchError(`limit: must be an integer from 0 to ${MOST_HITS}`);
};

const MOST_SUGGESTIONS = 20;

/** @throws InvalidSearchError when it asks for what can't be. */
export const checkSuggest = ({ limit }: SuggestQuery): void => {
  if (!Number.isSafeInteger(limit) || limit < 0 || limit > MOST_SUGGESTIONS)
    throw new InvalidSearchError(`limit: must be an integer from 0 to ${MOST_SUGGESTIONS}`);
};

const known = (is: boolean, field: string, kind: string): void => {
  if (!is) throw new InvalidSearchError(`${field}: the index has no such ${kind} field`);
};

/** The stored schema with the boosts of the asked one. @throws InvalidSearchError when the fields are not the same. */
export const withBoosts = (stored: IndexSchema, asked: IndexSchema): IndexSchema => {
  const fields = (schema: IndexSchema): string => {
    const { name, texts, keywords, numbers, dates = [], points = [], vectors = {}, completion = '' } = schema;
    const sized = Object.entries(vectors).map(([field, numbers]) => `${field} ${numbers}`);
    return JSON.stringify([
      name,
      completion,
      ...[Object.keys(texts), keywords, numbers, dates, points, sized].map((names) => [...names].sort()),
    ]);
  };
  if (fields(stored) !== fields(asked))
    throw new InvalidSearchError(`index: ${asked.name} exists with other fields; take a new name for a new schema`);
  const texts = Object.keys(stored.texts).map((field) => [field, asked.texts[field] ?? { boost: 1 }]);
  return { ...stored, texts: Object.fromEntries(texts) as IndexSchema['texts'] };
};

export const missing = (index: string): InvalidSearchError =>
  new InvalidSearchError(`index: there is no ${JSON.stringify(index)}; ensure it first`);
