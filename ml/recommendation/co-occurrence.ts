import type { InteractionMatrix } from './interaction-matrix.ts';

/** The Gram matrix of the products, XᵀX, as compressed sparse rows: who has to do with one has to do with the other. */
export interface CoOccurrence {
  readonly size: number;
  /** Where each row begins in `columns`; one more than there are rows. */
  readonly starts: Int32Array;
  /** In no order; the diagonal is left out. */
  readonly columns: Int32Array;
  readonly values: Float32Array;
  readonly diagonal: Float64Array;
}

/** Multiplies the matrix with itself, row by row, so that nothing of the size products times products is held unless it is full. */
export const coOccurrenceOf = ({ products, starts, columns, weights, customers }: InteractionMatrix): CoOccurrence => {
  const size = products.length;
  const byProduct = transposed(size, starts, columns);
  const sums = new Float64Array(size);
  const met = new Int32Array(size);
  const rowStarts = new Int32Array(size + 1);
  const diagonal = new Float64Array(size);
  const parts: { columns: Int32Array; values: Float32Array }[] = [];
  const rowOf = new Int32Array(columns.length);
  for (let row = 0; row < customers.length; row++) rowOf.fill(row, starts[row], starts[row + 1]);
  for (let product = 0; product < size; product++) {
    let count = 0;
    for (let at = byProduct.starts[product] ?? 0; at < (byProduct.starts[product + 1] ?? 0); at++) {
      const entry = byProduct.entries[at] ?? 0;
      const row = rowOf[entry] ?? 0;
      const weight = weights[entry] ?? 0;
      for (let other = starts[row] ?? 0; other < (starts[row + 1] ?? 0); other++) {
        const column = columns[other] ?? 0;
        const sum = sums[column] ?? 0;
        if (sum === 0) met[count++] = column;
        sums[column] = sum + weight * (weights[other] ?? 0);
      }
    }
    diagonal[product] = sums[product] ?? 0;
    sums[product] = 0;
    const others = met.subarray(0, count).filter((column) => column !== product);
    parts.push({ columns: others, values: Float32Array.from(others, (column) => sums[column] ?? 0) });
    for (const column of others) sums[column] = 0;
    rowStarts[product + 1] = (rowStarts[product] ?? 0) + others.length;
  }
  const all = { columns: new Int32Array(rowStarts[size] ?? 0), values: new Float32Array(rowStarts[size] ?? 0) };
  parts.forEach((part, product) => {
    all.columns.set(part.columns, rowStarts[product]);
    all.values.set(part.values, rowStarts[product]);
  });
  return { size, starts: rowStarts, ...all, diagonal };
};

/** Of each column the places of its entries. */
const transposed = (size: number, starts: Int32Array, columns: Int32Array) => {
  const columnStarts = new Int32Array(size + 1);
  for (const column of columns) columnStarts[column + 1] = (columnStarts[column + 1] ?? 0) + 1;
  for (let column = 0; column < size; column++)
    columnStarts[column + 1] = (columnStarts[column + 1] ?? 0) + (columnStarts[column] ?? 0);
  const next = columnStarts.slice();
  const entries = new Int32Array(starts[starts.length - 1] ?? 0);
  columns.forEach((column, entry) => {
    const at = next[column] ?? 0;
    entries[at] = entry;
    next[column] = at + 1;
  });
  return { starts: columnStarts, entries };
};

/** Cosine of two products by who has to do with them, given what they share. */
export const cosine = ({ diagonal }: CoOccurrence, a: number, b: number, shared: number): number =>
  shared / Math.sqrt((diagonal[a] ?? 0) * (diagonal[b] ?? 0));
