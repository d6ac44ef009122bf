import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { RollupCells } from './rollup-cells.ts';

let dataDir: string;
let documents: Documents;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rollup-cells-'));
  documents = await openDocuments({ dataDir });
});
afterAll(async () => {
  await documents.close();
  await rm(dataDir, { recursive: true, force: true });
});

const sale = (city: string, people: number) => [{ key: city, dimensions: { city }, measures: { sales: 1, people } }];
const commit = async (cells: RollupCells): Promise<void> => {
  await documents.commit(await cells.writes());
  cells.committed();
};

describe('the cells of a rollup', () => {
  it('add up over batches, also when nothing is remembered of them', async () => {
    const cells = new RollupCells(documents, 'sums', 10);
    cells.add(sale('Lima', 2), 1);
    cells.add(sale('Lima', 3), 1);
    await commit(cells);
    expect(await documents.get('sums', 'Lima')).toEqual({ city: 'Lima', sales: 2, people: 5 });
    const later = new RollupCells(documents, 'sums', 10);
    later.add(sale('Lima', 2), -1);
    await commit(later);
    expect(await documents.get('sums', 'Lima')).toEqual({ city: 'Lima', sales: 1, people: 3 });
  });

  it('go when nothing is left in them, and come again', async () => {
    const cells = new RollupCells(documents, 'gone', 10);
    for (const [sign, expected] of [
      [1, { city: 'Quito', sales: 1, people: 4 }],
      [-1, undefined],
      [1, { city: 'Quito', sales: 1, people: 4 }],
    ] as const) {
      cells.add(sale('Quito', 4), sign);
      await commit(cells);
      expect(await documents.get('gone', 'Quito')).toEqual(expected);
    }
  });

  it('keep a measure that comes to nothing, unless they are sparse', async () => {
    const odd = (people: number) => [{ key: 'Lima', dimensions: { city: 'Lima' }, measures: { sales: 0, people } }];
    for (const [sparse, expected] of [
      [false, { city: 'Lima', sales: 1, people: 0 }],
      [true, { city: 'Lima', sales: 1 }],
    ] as const) {
      const cells = new RollupCells(documents, `sparse-${sparse}`, 10, sparse);
      cells.add(sale('Lima', 4), 1);
      await commit(cells);
      cells.add(odd(-4), 1);
      await commit(cells);
      expect(await documents.get(`sparse-${sparse}`, 'Lima')).toEqual(expected);
    }
  });

  it('are left alone by what cancels out', async () => {
    const cells = new RollupCells(documents, 'same', 10);
    cells.add(sale('Cusco', 4), -1);
    cells.add(sale('Cusco', 4), 1);
    expect(await cells.writes()).toEqual([]);
  });

  it('forget a batch that was not committed', async () => {
    const cells = new RollupCells(documents, 'undone', 10);
    cells.add(sale('Lima', 2), 1);
    await cells.writes();
    cells.discard();
    cells.add(sale('Lima', 7), 1);
    await commit(cells);
    expect(await documents.get('undone', 'Lima')).toEqual({ city: 'Lima', sales: 1, people: 7 });
  });
});
