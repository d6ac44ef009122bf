import { type Position, positionOf, type SortValue } from '../cursor.ts';
import type { FindOptions } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { checkPath } from '../names.ts';
import { type MongoFilter, mongoFilter } from './filter.ts';

type Term = readonly [field: string, direction: 1 | -1];

/** What MongoDB is asked for a page. @throws InvalidQueryError; InvalidCursorError */
export const pageQuery = (
  options: FindOptions,
): { readonly filter: MongoFilter; readonly sort: ReadonlyMap<string, 1 | -1> } => {
  const terms = sortTerms(options.sort);
  const sort = new Map(terms);
  const filter = mongoFilter(options.filter ?? {});
  if (options.after === undefined) return { filter, sort };
  const { bound, $or } = afterPosition(terms, positionOf(options, options.after));
  // Side by side where that can be: planners see equalities at the top soonest.
  const collides = Object.keys(bound).some((field) => Object.hasOwn(filter, field));
  return { filter: collides ? { ...filter, $and: [bound], $or } : { ...filter, ...bound, $or }, sort };
};

/** The whole ordering: the fields asked for, then the id in the direction of the last of them. */
const sortTerms = (sort: FindOptions['sort'] = []): readonly Term[] => {
  for (const [field, direction] of sort) {
    checkPath(field);
    if (direction !== 1 && direction !== -1) throw new InvalidQueryError(`${field}: a sort direction is 1 or -1`);
  }
  return [...sort, ['_id', sort.at(-1)?.[1] ?? 1]];
};

/**
 * What comes after a position: beyond it in the last field with ties in all others, or beyond it in the last but one... An
 * index over the sort begins at the position, because the first field is also bounded on its own.
 */
const afterPosition = (
  terms: readonly Term[],
  { values, id }: Position,
): { readonly bound: MongoFilter; readonly $or: readonly MongoFilter[] } => {
  const all = [...values, id];
  const $or = terms.flatMap(([field, direction], last): MongoFilter[] => {
    const beyond = beyondValue(direction, all[last] ?? null, 'strictly');
    if (beyond === undefined) return [];
    const ties = terms.slice(0, last).map(([tie], at) => [tie, { $eq: all[at] ?? null }] as const);
    return [Object.fromEntries([...ties, [field, beyond]])];
  });
  const [first] = terms;
  const bound = first && beyondValue(first[1], all[0] ?? null, 'or equal');
  return { bound: first && bound ? { [first[0]]: bound } : {}, $or };
};

/** Null is the lowest: nothing is below it, and going down it comes last. `$not`, since comparisons leave null out. */
const beyondValue = (direction: 1 | -1, value: SortValue, how: 'strictly' | 'or equal'): MongoFilter | undefined => {
  if (value === null) {
    if (how === 'strictly') return direction === 1 ? { $ne: null } : undefined;
    return direction === 1 ? undefined : { $eq: null };
  }
  if (direction === 1) return how === 'strictly' ? { $gt: value } : { $gte: value };
  return { $not: how === 'strictly' ? { $gte: value } : { $gt: value } };
};
