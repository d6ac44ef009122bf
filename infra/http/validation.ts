import type { z } from 'zod';
import { type Refusal, refuse } from './route.ts';

/** Where a value came from in the request. */
type Part = 'body' | 'query' | 'params';

/** One thing that is wrong with the input. `pointer` is a JSON Pointer fragment (RFC 6901 §6), for bodies only. */
interface InputError {
  readonly field: string;
  readonly pointer?: string;
  readonly detail: string;
}

/** More would help nobody, and would let a small request make a large answer. */
const MOST_ERRORS = 20;

/** Names every field that does not fit its schema: the first in `field`, all (up to 20) in the extension `errors`. */
export const refuseInvalid = (part: Part, issues: readonly z.core.$ZodIssue[]): Refusal => {
  const errors = issues
    .flatMap((issue) => flatten(issue, []))
    .slice(0, MOST_ERRORS)
    .map(({ path, detail }) => inputError(part, path, detail));
  const first = errors[0] ?? { field: part, detail: 'Not valid' };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return refuse(
    part === 'body' ? 'INVALID_BODY' : 'INVALID_PARAMETER',
    `${first.field}: ${first.detail}${more}`,
    first.field,
    { errors },
  );
};

const inputError = (part: Part, path: readonly PropertyKey[], detail: string): InputError => {
  const field = path.length === 0 ? part : path.map(String).join('.');
  if (part !== 'body') return { field, detail };
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { field, pointer: `#${pointer}`, detail };
};

interface FlatIssue {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
}

/** Unknown keys are named one by one; of a union, the branch that came closest speaks. */
const flatten = (issue: z.core.$ZodIssue, before: readonly PropertyKey[]): readonly FlatIssue[] => {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], detail: 'Not a known field' }));
  if (issue.code === 'invalid_union') {
    const closest = issue.errors.toSorted((a, b) => a.length - b.length)[0];
    if (closest !== undefined && closest.length > 0) return closest.flatMap((inner) => flatten(inner, path));
  }
  return [{ path, detail: issue.message }];
};
