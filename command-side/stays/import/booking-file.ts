import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { COLUMNS, type Column } from './booking-row.ts';

/** The file cannot be read as the hotel booking demand file. The message says why. */
export class BookingFileError extends Error {
  override readonly name = 'BookingFileError';
}

/** One row as it stands in the file. `number` counts from 1 after the header. */
export interface FileRow {
  readonly number: number;
  readonly cells: (column: Column) => string;
  /** Undefined where the row has as many fields as the header. */
  readonly misshapen: string | undefined;
}

export interface BookingFile {
  readonly rows: AsyncIterable<FileRow>;
  /** Bytes of the file, packed as it lies; undefined for a stream. */
  readonly size: number | undefined;
  readonly bytesRead: () => number;
}

/**
 * A sample keeps here which row of the whole file each of its rows is, so that both give the same stays.
 */
const SOURCE_ROW = 'source_row';
/** A quote left open would swallow the rest of the file into one field. */
const MAX_RECORD_BYTES = 64 * 1024;

const layoutOf = (name: string, header: readonly string[]) => {
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new BookingFileError(`${name}: the header lacks ${missing.join(', ')}`);
  return {
    width: header.length,
    indexes: new Map(COLUMNS.map((column) => [column, header.indexOf(column)])),
    numberAt: header.indexOf(SOURCE_ROW),
  };
};

async function* rowsOf(name: string, records: AsyncIterable<readonly string[]>): AsyncIterable<FileRow> {
  let layout: ReturnType<typeof layoutOf> | undefined;
  let place = 0;
  try {
    for await (const values of records) {
      if (layout === undefined) {
        layout = layoutOf(name, values);
        continue;
      }
      place += 1;
      const { width, indexes, numberAt } = layout;
      const number = numberAt < 0 ? place : Number(values[numberAt]);
      if (!Number.isSafeInteger(number) || number < 1) {
        throw new BookingFileError(
          `${name}: ${SOURCE_ROW} of row ${place} is not a row number ('${values[numberAt]}')`,
        );
      }
      const misshapen = values.length === width ? undefined : `${values.length} fields where the header has ${width}`;
      yield { number, cells: (column) => values[indexes.get(column) ?? -1] ?? '', misshapen };
    }
  } catch (error) {
    if (error instanceof BookingFileError) throw error;
    throw new BookingFileError(`${name}: broken after row ${place}: ${(error as Error).message}`, { cause: error });
  }
  if (layout === undefined) throw new BookingFileError(`${name}: the file is empty`);
}

const parser = () =>
  parse({
    bom: true,
    trim: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  });

const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
};

/** Errors reach whoever reads the rows: `pipeline` destroys the parser with them. */
const ignore = (): void => {};

/**
 * Opens the CSV, plain or gzip by its first bytes; rows are read as they are asked for, never the whole file.
 * Reading the rows raises BookingFileError for a header without the columns, broken gzip, or an open quote.
 * @throws BookingFileError when the file cannot be opened
 */
export const openBookingFile = async (path: string): Promise<BookingFile> => {
  try {
    const { size } = await stat(path);
    const zipped = await isGzip(path);
    const source = createReadStream(path);
    const records = zipped ? pipeline(source, createGunzip(), parser(), ignore) : pipeline(source, parser(), ignore);
    return { rows: rowsOf(path, records as AsyncIterable<readonly string[]>), size, bytesRead: () => source.bytesRead };
  } catch (error) {
    throw new BookingFileError(`${path}: ${(error as Error).message}`, { cause: error });
  }
};

/** The same from a stream of plain CSV. */
export const readBookingStream = (stream: Readable): BookingFile => {
  const records = pipeline(stream, parser(), ignore);
  return { rows: rowsOf('the stream', records), size: undefined, bytesRead: () => 0 };
};
