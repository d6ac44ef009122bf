import { describe, expect, it } from 'vitest';
import { deterministicId } from '../../contracts/ids.ts';
import { SeenIds } from './seen-ids.ts';

describe('the ids seen', () => {
  const seen = new SeenIds();
  const ids = Array.from({ length: 100_000 }, (_, index) => deterministicId('seen', index));
  for (const id of ids) seen.add(id);

  it('are never denied', () => {
    expect(ids.every((id) => seen.mayHave(id))).toBe(true);
  });

  it('are hardly ever claimed falsely', () => {
    const others = Array.from({ length: 10_000 }, (_, index) => deterministicId('other', index));
    expect(others.filter((id) => seen.mayHave(id)).length).toBeLessThan(50);
  });

  it('may be of any text', () => {
    const texts = new SeenIds();
    for (const id of ['', 'ñandú', '🛶', 'a'.repeat(10_000)]) texts.add(id);
    expect(['', 'ñandú', '🛶', 'a'.repeat(10_000)].every((id) => texts.mayHave(id))).toBe(true);
    expect(texts.mayHave('kayak')).toBe(false);
  });
});
