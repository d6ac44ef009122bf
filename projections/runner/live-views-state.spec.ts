import { describe, expect, it } from 'vitest';
import { LiveViewsState } from './live-views-state.ts';

const projection = {
  name: 'trips',
  version: 3,
  handles: [],
  indexes: [],
  key: () => undefined,
  evolve: () => undefined,
  rollups: [{ collection: 'daily', indexes: [], contributions: () => [] }],
  search: { schema: { name: 'trips', texts: {}, keywords: [], numbers: [] }, toSearch: () => undefined },
};

describe('the live views', () => {
  it('have names before anything was built', () => {
    const state = new LiveViewsState([projection]);
    expect(state.collection('trips')).toBe('trips.v3-1');
    expect(state.rollup('trips', 'daily')).toBe('trips.v3-1.daily');
    expect(state.index('trips')).toBe('trips.v3-1');
  });

  it('have other names after a switch', () => {
    const state = new LiveViewsState([projection]);
    state.switchTo('trips', { version: 4, number: 7 });
    expect(state.collection('trips')).toBe('trips.v4-7');
    expect(state.rollup('trips', 'daily')).toBe('trips.v4-7.daily');
  });

  it('wake those who wait, and only when their position is reached', async () => {
    const state = new LiveViewsState([projection]);
    let early = false;
    const first = state.waitFor('trips', 5, 1_000);
    const second = state.waitFor('trips', 6, 1_000).then((arrived) => {
      early = true;
      return arrived;
    });
    state.advance('trips', 5);
    expect(await first).toBe(true);
    expect(early).toBe(false);
    state.advance('trips', 9);
    expect(await second).toBe(true);
    expect(state.isAwaited('trips')).toBe(false);
    expect(await state.waitFor('trips', 9, 0)).toBe(true);
  });

  it('give up waiting in time', async () => {
    const state = new LiveViewsState([projection]);
    expect(await state.waitFor('trips', 1, 10)).toBe(false);
    expect(state.isAwaited('trips')).toBe(false);
  });
});
