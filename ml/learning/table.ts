/** A column of a training table. Numbers may be NaN (missing); categories are codes from 0, -1 or NaN where the value is not listed. */
export interface Column {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** Single precision, as the model will see it when it is served. */
  readonly values: Float32Array;
}

/** Columns of equal length. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** The rows of a table whose index is in `rows`, in that order. */
export const takeRows = (table: Table, rows: ArrayLike<number>): Table => ({
  rows: rows.length,
  columns: table.columns.map((column) => ({ ...column, values: takeValues(column.values, rows) })),
});

const takeValues = (values: ArrayLike<number>, rows: ArrayLike<number>): Float32Array =>
  Float32Array.from(rows, (row) => values[row] ?? Number.NaN);
