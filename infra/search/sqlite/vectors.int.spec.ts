import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Vectors } from './vectors.ts';

const opened = (keptBytes?: number) => {
  const db = new Database(':memory:');
  db.exec(Vectors.schema('vectors'));
  return new Vectors(db, 'vectors', keptBytes);
};

describe('vectors in SQLite', () => {
  it('are compared the same whether they fit into memory or not', () => {
    const documents = Array.from({ length: 20 }, (_, no) => no);
    // Two vectors of three numbers fit.
    const [all, few] = [opened(), opened(24)];
    for (const vectors of [all, few])
      for (const no of documents) vectors.put(no, { meaning: [Math.cos(no), Math.sin(no), 1] });
    for (let turn = 0; turn < 2; turn += 1)
      expect(few.compare('meaning', [1, 2, 3], documents)).toEqual(all.compare('meaning', [1, 2, 3], documents));
    expect(all.compare('meaning', [1, 2, 3], documents)).toHaveLength(20);
  });

  it('of a document that changed are read anew once it is forgotten, and make room', () => {
    const vectors = opened(8);
    vectors.put(1, { a: [1, 0] });
    vectors.put(2, { a: [0, 1], b: [1, 1] });
    const compared = () => vectors.compare('a', [1, 0], [1, 2, 3]).map(({ no, cosine }) => [no, cosine]);
    expect(compared()).toEqual([
      [1, 1],
      [2, 0],
    ]);
    vectors.put(1, { a: [0, 5] });
    vectors.forget(1);
    expect(compared()).toEqual([
      [1, 0],
      [2, 0],
    ]);
    vectors.put(1, {});
    vectors.forget(1);
    expect(compared()).toEqual([[2, 0]]);
    expect([vectors.get('b', 2), vectors.get('a', 1)]).toEqual([[1, 1], undefined]);
  });
});
