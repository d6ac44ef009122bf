import type { Refusal, Reply, RequestContext } from '../../infra/http/route.ts';
import { refuse } from '../../infra/http/route.ts';
import type { QueryDeps } from './query-deps.ts';

const DEFAULT_TIMEOUT_MS = 2_000;
const LONGEST_TIMEOUT_MS = 10_000;

/** What a read needs of the dependencies to promise read-your-writes. */
export type ViewDeps = Pick<QueryDeps, 'liveViews' | 'readAfterTimeoutMs'>;

/**
 * Answers from views no older than the caller asked for. `X-Read-After` carries a command's consistency token;
 * the read waits until each view has reached it, at most 2 s or what `Prefer: wait=<seconds>` says (RFC 7240 §4.3, at most 10),
 * then refuses with VIEW_BEHIND. Every answer tells in `X-View-Position` how far its views had come when it was read.
 */
export const readViews = async (
  deps: ViewDeps,
  views: readonly string[],
  context: RequestContext,
  read: () => Promise<Reply | Refusal> | Reply | Refusal,
): Promise<Reply | Refusal> => {
  const token = readToken(context.headers['x-read-after']);
  if (token === 'malformed')
    return refuse('INVALID_PARAMETER', 'X-Read-After must be a token that a command answered with', 'X-Read-After');
  if (token !== undefined) {
    const timeoutMs = timeoutOf(context, deps.readAfterTimeoutMs ?? DEFAULT_TIMEOUT_MS);
    const arrived = await Promise.all(views.map((view) => deps.liveViews.waitFor(view, token, timeoutMs)));
    if (arrived.includes(false)) {
      const reached = reachedByAll(deps, views);
      return refuse('VIEW_BEHIND', `the view has reached ${reached}, not yet ${token}`, undefined, { reached });
    }
  }
  // Taken before the read: the answer may show more than this position, never less.
  const position = reachedByAll(deps, views);
  const reply = await read();
  if ('refused' in reply) return reply;
  return { ...reply, headers: { ...reply.headers, 'x-view-position': String(position) } };
};

/** The least position that the views have reached. */
export const reachedByAll = ({ liveViews }: ViewDeps, views: readonly string[]): number =>
  Math.min(...views.map((view) => liveViews.reached(view)));

const readToken = (header: string | undefined): number | undefined | 'malformed' => {
  if (header === undefined) return undefined;
  const position = /^\d{1,16}$/.test(header) ? Number(header) : Number.NaN;
  return Number.isSafeInteger(position) ? position : 'malformed';
};

const timeoutOf = (context: RequestContext, fallback: number): number => {
  const seconds = /(?:^|[,;\s])wait=(\d{1,3})(?=$|[,;\s])/i.exec(context.headers.prefer ?? '')?.[1];
  return seconds === undefined ? fallback : Math.min(Number(seconds) * 1_000, LONGEST_TIMEOUT_MS);
};
