import type { Condition, Filter } from '../../infra/documents/documents.ts';

/** A filter of the conditions that are given. Several values match any of them. */
export const where = (conditions: Readonly<Record<string, Condition | readonly string[] | undefined>>): Filter => {
  const filter: Record<string, Condition> = {};
  for (const [field, condition] of Object.entries(conditions)) {
    if (condition === undefined) continue;
    filter[field] = isList(condition) ? anyOf(condition) : condition;
  }
  return filter;
};

const isList = (condition: Condition | readonly string[]): condition is readonly string[] => Array.isArray(condition);

/** One value is an equality, so that an index with a sort behind it can serve it. */
const anyOf = (values: readonly string[]): Condition => (values.length === 1 ? (values[0] ?? null) : { $in: values });
