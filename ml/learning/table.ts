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

/** `values[rows[0]], values[rows[1]], …` */
export const takeValues = (values: ArrayLike<number>, rows: ArrayLike<number>): Float32Array =>
  Float32Array.from(rows, (row) => values[row] ?? Number.NaN);

/** The table row by row, as a tensor of shape rows x columns has it. */
export const rowMajor = ({ rows, columns }: Table): Float32Array => {
  const width = columns.length;
  const data = new Float32Array(rows * width);
  columns.forEach(({ values }, at) => {
    for (let row = 0; row < rows; row++) data[row * width + at] = values[row] ?? Number.NaN;
  });
  return data;
};
