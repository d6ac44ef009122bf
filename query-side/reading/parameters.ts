import { z } from 'zod';

/** Several values: comma separated, or the parameter repeated. At most 50. The description tells what the value may be. */
export const severalOf = <T extends z.ZodType<string, string>>(value: T, about = '') =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((part) => part.split(',')))
    .pipe(z.array(value).min(1).max(50))
    .describe(`${about} Comma separated${value instanceof z.ZodEnum ? `: ${value.options.join(', ')}` : ''}.`.trim());

/** A word to match exactly. */
export const word = z.string().min(1).max(200);

/** A local calendar date, `2026-07-01`. */
export const date = z.iso.date();

/** An instant of RFC 3339, `2026-07-01T10:00:00Z`, or a UTC date that stands for its whole day. */
export const instantOrDate = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** A yes or no. */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** First instant that `instantOrDate` means, in the form that views store. */
const firstInstant = (value: string): string => new Date(value).toISOString();

/** Last instant that `instantOrDate` means, in the form that views store. */
const lastInstant = (value: string): string =>
  value.length === 10 ? `${value}T23:59:59.999Z` : new Date(value).toISOString();

/** The query with a range that must not end before it begins; the refusal names its end. Of dates or instants. */
export const inOrder = <T extends z.ZodType<Readonly<Record<string, unknown>>>>(
  query: T,
  from: string,
  to: string,
): T =>
  query.refine(
    ({ [from]: first, [to]: last }) =>
      typeof first !== 'string' || typeof last !== 'string' || firstInstant(first) <= lastInstant(last),
    { path: [to], error: `is before ${from}` },
  );

/** `{ $gte, $lte }` with only what is given; undefined where neither is. */
export const between = (
  from: string | undefined,
  to: string | undefined,
): { readonly $gte?: string; readonly $lte?: string } | undefined =>
  from === undefined && to === undefined
    ? undefined
    : { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lte: to }) };

/** The same of `instantOrDate`, in the form that views store: dates stand for their whole days. */
export const betweenInstants = (from: string | undefined, to: string | undefined) =>
  between(from === undefined ? undefined : firstInstant(from), to === undefined ? undefined : lastInstant(to));

/** Orders of a list: a field ascending, or `-field` descending. */
export const sortBy = <const F extends readonly [string, ...string[]]>(fields: F) =>
  z.enum([...fields, ...fields.map((field) => `-${field}` as const)] as [
    F[number],
    ...(F[number] | `-${F[number]}`)[],
  ]);

/** `-createdAt` -> `['createdAt', -1]`, with the field's path in the documents where it differs from its name. */
export const sortOf = (sort: string, paths: Readonly<Record<string, string>> = {}): readonly [string, 1 | -1] => {
  const field = sort.replace(/^-/, '');
  return [paths[field] ?? field, sort.startsWith('-') ? -1 : 1];
};
