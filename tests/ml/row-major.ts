import type { Table } from '../../ml/learning/table.ts';

/** The table row by row, as a tensor of shape rows x columns has it. */
export const rowMajor = ({ rows, columns }: Table): Float32Array => {
  const width = columns.length;
  const data = new Float32Array(rows * width);
  columns.forEach(({ values }, at) => {
    for (let row = 0; row < rows; row++) data[row * width + at] = values[row] ?? Number.NaN;
  });
  return data;
};
