import type { Condition, Filter } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { fieldSql, fieldTypeSql } from './field-sql.ts';

export type SqlValue = string | number | null;

/** A condition in SQL with the values of its placeholders in order. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** @throws InvalidQueryError for a field path, operator or value that the port does not know. */
export const filterSql = (filter: Filter): Sql => {
  const terms = Object.entries(filter).flatMap(([field, condition]) => conditionSql(field, condition));
  return all(terms);
};

export const all = (terms: readonly Sql[]): Sql => ({
  sql: terms.map((term) => term.sql).join(' AND '),
  values: terms.flatMap((term) => term.values),
});

/** JSON's true and false are 1 and 0 to SQLite. @throws InvalidQueryError when it is not a scalar. */
export const bindable = (field: string, value: unknown): SqlValue => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InvalidQueryError(`${field}: a condition compares with a text, number, boolean or null`);
};

export const equalSql = (expression: string, value: SqlValue): Sql =>
  value === null ? { sql: `${expression} IS NULL`, values: [] } : { sql: `${expression} = ?`, values: [value] };

const conditionSql = (field: string, condition: Condition): Sql[] => {
  const expression = fieldSql(field);
  if (condition === null || typeof condition !== 'object') return [equalSql(expression, bindable(field, condition))];
  const operators = Object.entries(condition);
  if (operators.length === 0 || Array.isArray(condition))
    throw new InvalidQueryError(`${field}: a condition is a value or an object of operators`);
  return [
    ...operators.map(([operator, value]) => operatorSql(field, expression, operator, value)),
    ...typeBounds(field, expression, condition),
  ];
};

const COMPARISONS: Readonly<Record<string, string>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

const operatorSql = (field: string, expression: string, operator: string, value: unknown): Sql => {
  const comparison = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (comparison !== undefined) return { sql: `${expression} ${comparison} ?`, values: [comparable(field, value)] };
  switch (operator) {
    case '$in':
      return inSql(field, expression, value);
    case '$ne':
      return { sql: `${expression} IS NOT ?`, values: [bindable(field, value)] };
    case '$exists':
      if (typeof value !== 'boolean') throw new InvalidQueryError(`${field}: $exists takes true or false`);
      return { sql: `${fieldTypeSql(field)} IS ${value ? 'NOT ' : ''}NULL`, values: [] };
    default:
      throw new InvalidQueryError(`${field}: ${JSON.stringify(operator)} is not an operator`);
  }
};

/** One placeholder for any number of values: the statement stays the same, and no limit on variables is met. */
const inSql = (field: string, expression: string, value: unknown): Sql => {
  if (!Array.isArray(value)) throw new InvalidQueryError(`${field}: $in takes a list`);
  const values = value.map((each) => bindable(field, each));
  const listed = `${expression} IN (SELECT value FROM json_each(?))`;
  return {
    sql: values.includes(null) ? `(${listed} OR ${expression} IS NULL)` : listed,
    values: [JSON.stringify(values.filter((each) => each !== null))],
  };
};

const comparable = (field: string, value: unknown): string | number => {
  const bound = bindable(field, value);
  if (bound === null || typeof value === 'boolean')
    throw new InvalidQueryError(`${field}: $gt, $gte, $lt and $lte compare with a text or a number`);
  return bound;
};

/** To SQLite every text is above every number: an open end is closed at '', the border between them. */
const typeBounds = (field: string, expression: string, condition: object): Sql[] => {
  const { $gt, $gte, $lt, $lte } = condition as Record<string, unknown>;
  const lower = $gt ?? $gte;
  const upper = $lt ?? $lte;
  if (lower !== undefined && upper !== undefined && typeof lower !== typeof upper)
    throw new InvalidQueryError(`${field}: a range goes from text to text or from number to number`);
  if (typeof lower === 'number' && upper === undefined) return [{ sql: `${expression} < ''`, values: [] }];
  if (typeof upper === 'string' && lower === undefined) return [{ sql: `${expression} >= ''`, values: [] }];
  return [];
};
