import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../infra/http/route.ts';
import { LiveViewsState } from '../../projections/runner/live-views-state.ts';
import { readViews } from './read-after.ts';

/** Remembers how long it was asked to wait, and does not. */
class HastyViews extends LiveViewsState {
  readonly waits: number[] = [];

  constructor() {
    super(
      ['a', 'b'].map((name) => ({
        name,
        version: 1,
        handles: [],
        indexes: [],
        key: () => undefined,
        evolve: (d) => d,
      })),
    );
  }

  override waitFor(view: string, position: number, timeoutMs: number): Promise<boolean> {
    this.waits.push(timeoutMs);
    return super.waitFor(view, position, 0);
  }
}

const asking = (headers: Readonly<Record<string, string>>): RequestContext => ({
  principal: undefined,
  correlationId: 'c',
  idempotencyKey: undefined,
  bodyHash: '',
  traceparent: undefined,
  headers,
  origin: '',
});

describe('how long a read waits', () => {
  it.each([
    [undefined, 2_000],
    ['wait=0', 0],
    ['respond-async, wait=5', 5_000],
    ['WAIT=1;x=y', 1_000],
    ['wait=100', 10_000],
    ['wait=-1', 2_000],
    ['await=1', 2_000],
    ['wait=1.5', 2_000],
  ])('with Prefer: %s', async (prefer, timeoutMs) => {
    const liveViews = new HastyViews();
    const headers = { 'x-read-after': '7', ...(prefer === undefined ? {} : { prefer }) };
    const reply = await readViews({ liveViews }, ['a'], asking(headers), () => ({ body: 'never' }));
    expect(liveViews.waits).toEqual([timeoutMs]);
    expect(reply).toMatchObject({ refused: 'VIEW_BEHIND', extensions: { reached: 0 } });
  });

  it('is what the platform is set to, and nothing without a token', async () => {
    const liveViews = new HastyViews();
    const deps = { liveViews, readAfterTimeoutMs: 50 };
    await readViews(deps, ['a'], asking({ 'x-read-after': '7' }), () => ({}));
    await readViews(deps, ['a'], asking({}), () => ({}));
    expect(liveViews.waits).toEqual([50]);
  });

  it('tells the position before the read, which the answer is no older than', async () => {
    const liveViews = new HastyViews();
    liveViews.advance('a', 3);
    liveViews.advance('b', 9);
    const reply = await readViews({ liveViews }, ['a', 'b'], asking({}), () => {
      liveViews.advance('a', 5);
      return { headers: { vary: 'Accept' } };
    });
    expect(reply).toEqual({ headers: { vary: 'Accept', 'x-view-position': '3' } });
  });
});
