import { bookingCommands } from './booking-commands.ts';
import { bookingRead } from './booking-read.ts';
import { bookingReplay } from './booking-replay.ts';
import { engineBenches } from './engines/run-engines.ts';
import { hotDeparture } from './hot-departure.ts';
import { hotelImport } from './hotel-import.ts';
import { cancellationBench } from './ml/cancellation.ts';
import { churnBench } from './ml/churn.ts';
import { demandBench } from './ml/demand.ts';
import { poolBench } from './ml/pool.ts';
import { priceBench } from './ml/price.ts';
import { recommendationBench } from './ml/recommendation.ts';
import { textBench } from './ml/text.ts';
import { type Bench, type Row, report } from './report.ts';
import { viewLag } from './view-lag.ts';

// Figures of the embedded engines must not come from those that happen to be up; the bench of engines looks for them itself.
for (const variable of ['EVENT_STORE_URL', 'EVENT_BUS_URL', 'DOCUMENTS_URL', 'SEARCH_URL', 'JOBS_URL'])
  delete process.env[variable];

const embedded: readonly Bench[] = [bookingCommands, bookingRead, viewLag, hotDeparture, bookingReplay, hotelImport];
/** Run where they are asked for: one group needs the engines, the other minutes and the data sets. */
const groups: Readonly<Record<string, readonly Bench[]>> = {
  engines: engineBenches(),
  ml: [poolBench, cancellationBench, churnBench, demandBench, priceBench, recommendationBench, textBench],
};

const wanted = process.argv.slice(2).flatMap((name) => groups[name]?.map((one) => one.name) ?? [name]);
const all = [...embedded, ...Object.values(groups).flat()];
const unknown = wanted.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const names = [...Object.keys(groups), ...all.map(({ name }) => name)];
  console.error(`no such bench: ${unknown.join(', ')}; there are ${names.join(', ')}`);
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
