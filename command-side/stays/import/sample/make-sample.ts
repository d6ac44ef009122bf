import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * How hotel-bookings-sample.csv.gz was made: every 60th row of the whole file, from the 31st on. The file lists the two
 * hotels one after the other, each over its whole span, so an even step takes evenly of both. Values stay as they are; the column
 * source_row tells which row of the whole file each is (1 = first after the header).
 *
 *     npx tsx command-side/stays/import/sample/make-sample.ts hotel_bookings.csv.gz
 */
const STEP = 60;
const FIRST = 31;

const [, , path] = process.argv;
if (path === undefined) throw new Error('give the path of hotel_bookings.csv or hotel_bookings.csv.gz');
const bytes = readFileSync(path);
const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
const [header, ...rows] = text.split(/\r?\n/).filter((line) => line !== '');
const sample = rows
  .map((row, index) => ({ row, number: index + 1 }))
  .filter(({ number }) => number % STEP === FIRST % STEP)
  .map(({ row, number }) => `${row},${number}`);
const target = new URL('./hotel-bookings-sample.csv.gz', import.meta.url);
writeFileSync(target, gzipSync([`${header},source_row`, ...sample, ''].join('\n'), { level: 9 }));
console.log(`${sample.length} rows to ${target.pathname}`);
