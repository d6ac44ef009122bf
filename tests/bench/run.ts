import { bookingCommands } from './booking-commands.ts';
import { bookingRead } from './booking-read.ts';
import { bookingReplay } from './booking-replay.ts';
import { engineBenches } from './engines/run-engines.ts';
import { hotDeparture } from './hot-departure.ts';
import { hotelImport } from './hotel-import.ts';
import { type Bench, type Row, report } from './report.ts';
import { viewLag } from './view-lag.ts';

// Figures of the embedded engines must not come from those that happen to be up; the bench of engines looks for them itself.
for (const variable of ['EVENT_STORE_URL', 'EVENT_BUS_URL', 'DOCUMENTS_URL', 'SEARCH_URL', 'JOBS_URL'])
  delete process.env[variable];

const embedded: readonly Bench[] = [bookingCommands, bookingRead, viewLag, hotDeparture, bookingReplay, hotelImport];
/** Run where they are asked for: they need the engines. */
const onEngines = engineBenches();

const wanted = process.argv
  .slice(2)
  .flatMap((name) => (name === 'engines' ? onEngines.map((one) => one.name) : [name]));
const all = [...embedded, ...onEngines];
const unknown = wanted.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are engines, ${all.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const rows: Row[] = [];
for (const bench of wanted.length === 0 ? embedded : all.filter(({ name }) => wanted.includes(name))) {
  console.log(`${bench.name} …`);
  // What the others measured took minutes; it is told all the same.
  await bench.run().then(
    (measured) => rows.push(...measured),
    (error: unknown) => {
      console.error(`${bench.name} could not be measured:`, error);
      process.exitCode = 1;
    },
  );
}
await report(rows);
