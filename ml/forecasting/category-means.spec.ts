import { describe, expect, it } from 'vitest';
import { CategoryMeans } from './category-means.ts';

const values = (...some: number[]): Float64Array => Float64Array.from(some);

describe('how others of a category did', () => {
  const own = values(4, 8);
  const means = new CategoryMeans();
  means.add('product', 'boats', own);
  means.add('product', 'boats', values(1, 2, 3));
  means.add('product', 'walks', values(10, 20));

  it('is their mean a day, aligned at the last, without the one that asks', () => {
    expect(means.meanOfOthers('product', 'boats', own)).toEqual(values(1, 2, 3));
    expect(means.meanOfOthers('product', 'boats', undefined)).toEqual(values(1, 3, 5.5));
  });

  it('is that of the kind where a category has no others, and of nobody where there is none', () => {
    expect(means.meanOfOthers('product', 'cruises', undefined)).toEqual(values(1, 16 / 3, 31 / 3));
    expect(means.meanOfOthers('hotel', 'hotel', undefined)).toBeUndefined();
  });
});
