import type { Condition, Filter } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { checkPath } from '../names.ts';

/** A condition in the driver's terms. */
export type MongoFilter = Readonly<Record<string, unknown>>;

/**
 * The filter as MongoDB takes it, which means the same there.
 * @throws InvalidQueryError for a field path, operator or value that the port does not know.
 */
export const mongoFilter = (filter: Filter): MongoFilter =>
  Object.fromEntries(Object.entries(filter).map(([field, condition]) => [field, mongoCondition(field, condition)]));

const mongoCondition = (field: string, condition: Condition): unknown => {
  checkPath(field);
  if (condition === null || typeof condition !== 'object') return scalar(field, condition);
  const operators = Object.entries(condition);
  if (operators.length === 0 || Array.isArray(condition))
    throw new InvalidQueryError(`${field}: a condition is a value or an object of operators`);
  checkRange(field, condition);
  const { $lte, ...others } = Object.fromEntries(
    operators.map(([operator, value]) => [operator, operand(field, operator, value)]),
  );
  return $lte === undefined ? others : { ...upTo($lte, others), ...others };
};

/**
 * `$lte` said otherwise, with the same bounds: the stand-in for development leaves out the last value where an index goes on
 * behind the field. Of texts, ordered by their bytes, the next after one is that with a zero byte more.
 */
const upTo = (last: unknown, { $gt, $gte, $lt }: MongoFilter): MongoFilter => {
  if (typeof last === 'string' && $lt === undefined) return { $lt: `${last}\u0000` };
  // From the lowest of its type on, since `$not` lets all other types pass.
  const lowest = typeof last === 'string' ? '' : Number.NEGATIVE_INFINITY;
  return { ...($gt === undefined && $gte === undefined ? { $gte: lowest } : {}), $not: { $gt: last } };
};

const operand = (field: string, operator: string, value: unknown): unknown => {
  switch (operator) {
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value;
      throw new InvalidQueryError(`${field}: $gt, $gte, $lt and $lte compare with a text or a number`);
    case '$in':
      if (Array.isArray(value)) return value.map((each) => scalar(field, each));
      throw new InvalidQueryError(`${field}: $in takes a list`);
    case '$ne':
      return scalar(field, value);
    case '$exists':
      if (typeof value === 'boolean') return value;
      throw new InvalidQueryError(`${field}: $exists takes true or false`);
    default:
      throw new InvalidQueryError(`${field}: ${JSON.stringify(operator)} is not an operator`);
  }
};

const scalar = (field: string, value: unknown): string | number | boolean | null => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InvalidQueryError(`${field}: a condition compares with a text, number, boolean or null`);
};

const checkRange = (field: string, condition: object): void => {
  const { $gt, $gte, $lt, $lte } = condition as Record<string, unknown>;
  const lower = $gt ?? $gte;
  const upper = $lt ?? $lte;
  if (lower !== undefined && upper !== undefined && typeof lower !== typeof upper)
    throw new InvalidQueryError(`${field}: a range goes from text to text or from number to number`);
};
