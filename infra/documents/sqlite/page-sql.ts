import type { Position } from '../cursor.ts';
import type { FindOptions } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { fieldSql } from './field-sql.ts';
import type { Sql } from './filter-sql.ts';
import { all, bindable, equalSql } from './filter-sql.ts';

interface SortTerm {
  readonly field: string;
  readonly expression: string;
  readonly direction: 1 | -1;
}

/** A part of the ordering, itself in order. */
export interface Stretch {
  readonly where: Sql;
  readonly orderBy: string;
}

/**
 * What comes after a position, as stretches to be read one behind the other: first the ties of all sort fields but the last,
 * then of all but the last two... Each is equalities and one range, which an index over the sort serves without sorting.
 */
export const stretches = (sort: FindOptions['sort'] = [], after?: Position): readonly Stretch[] => {
  const terms = sortTerms(sort);
  if (after === undefined) return [{ where: all([]), orderBy: orderBySql(terms) }];
  const values = [...after.values, after.id].map((value) => bindable('after', value));
  const parts: Stretch[] = [];
  for (let last = terms.length - 1; last >= 0; last -= 1) {
    const ties = terms.slice(0, last).map((term, at) => equalSql(term.expression, values[at] ?? null));
    const orderBy = orderBySql(terms.slice(last));
    for (const beyond of beyondSql(terms[last], values[last] ?? null))
      parts.push({ where: all([...ties, beyond]), orderBy });
  }
  return parts;
};

const sortTerms = (sort: NonNullable<FindOptions['sort']>): SortTerm[] => {
  const terms: SortTerm[] = sort.map(([field, direction]) => {
    if (direction !== 1 && direction !== -1) throw new InvalidQueryError(`${field}: a sort direction is 1 or -1`);
    return { field, expression: fieldSql(field), direction };
  });
  return [...terms, { field: 'id', expression: 'id', direction: terms.at(-1)?.direction ?? 1 }];
};

const orderBySql = (terms: readonly SortTerm[]): string =>
  terms.map(({ expression, direction }) => `${expression}${direction === 1 ? '' : ' DESC'}`).join(', ');

/** Strictly behind the value in the term's direction; null is the lowest, so descending it comes at the end. */
const beyondSql = (term: SortTerm | undefined, value: string | number | null): Sql[] => {
  if (term === undefined) return [];
  const { expression, direction } = term;
  if (direction === 1)
    return [
      value === null ? { sql: `${expression} IS NOT NULL`, values: [] } : { sql: `${expression} > ?`, values: [value] },
    ];
  if (value === null) return [];
  const lower = { sql: `${expression} < ?`, values: [value] };
  return expression === 'id' ? [lower] : [lower, equalSql(expression, null)];
};
