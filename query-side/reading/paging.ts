import { z } from 'zod';
import { InvalidCursorError } from '../../infra/documents/documents.ts';
import type { Refusal, Reply, RequestContext } from '../../infra/http/route.ts';
import { refuse } from '../../infra/http/route.ts';

/** Query parameters of every list that comes in pages. */
export const pageParameters = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most items on a page, 1 to 200.'),
  after: z.string().min(1).max(4_000).optional().describe('`next` of the page before, for the same filters and sort.'),
};

/** The page asked for, as a query of documents or of the search takes it. */
export const pageAsked = (query: { readonly limit: number; readonly after?: string | undefined }) => ({
  limit: query.limit,
  ...(query.after === undefined ? {} : { after: query.after }),
});

/** The envelope of every list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Cursor of the next page: give it as `after`. Null on the last page.'),
  });

interface Paged<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * Answers a list: `{ items, next }` in the body and the next page's address in a `Link` header (RFC 8288).
 * A cursor that this query did not make is refused by name.
 */
export const pageReply = async <T>(
  request: {
    readonly path: string;
    readonly query: Readonly<Record<string, unknown>>;
    readonly context: RequestContext;
  },
  load: () => Promise<Paged<T>>,
  show: (item: T) => unknown = (item) => item,
): Promise<Reply | Refusal> => {
  try {
    const { items, next } = await load();
    const body = { items: items.map(show), next: next ?? null };
    return next === undefined ? { body } : { body, headers: { link: nextLink(request, next) } };
  } catch (error) {
    if (error instanceof InvalidCursorError)
      return refuse('INVALID_PARAMETER', 'after is not a cursor of this query', 'after');
    throw error;
  }
};

const nextLink = (
  { path, query, context }: { path: string; query: Readonly<Record<string, unknown>>; context: RequestContext },
  next: string,
): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && name !== 'after')
      parameters.set(name, Array.isArray(value) ? value.join(',') : String(value));
  parameters.set('after', next);
  return `<${context.origin}${path}?${parameters}>; rel="next"`;
};
