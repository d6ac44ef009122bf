import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { parquetWriteFile } from 'hyparquet-writer';
import type { TrainingTable } from './trainer.ts';

export const TABLE_FORMATS = ['csv', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Writes a training set to a file. @returns how many rows it has. */
export const writeTable = async (table: TrainingTable, file: string, format: TableFormat): Promise<number> =>
  format === 'csv' ? writeCsv(table, file) : writeParquet(table, file);

const writeCsv = async ({ columns, rows }: TrainingTable, file: string): Promise<number> => {
  let count = 0;
  const counted = function* () {
    for (const row of rows) {
      count += 1;
      yield row;
    }
  };
  const csv = stringify({ header: true, columns: columns.map(({ name }) => name) });
  await pipeline(Readable.from(counted()), csv, createWriteStream(file));
  return count;
};

const writeParquet = ({ columns, rows }: TrainingTable, file: string): number => {
  const data: (string | number | null)[][] = columns.map(() => []);
  let count = 0;
  for (const row of rows) {
    count += 1;
    row.forEach((value, at) => {
      data[at]?.push(value);
    });
  }
  parquetWriteFile({
    filename: file,
    columnData: columns.map(({ name, kind }, at) => ({
      name,
      data: data[at] ?? [],
      type: kind === 'number' ? ('DOUBLE' as const) : ('STRING' as const),
      nullable: true,
    })),
  });
  return count;
};
