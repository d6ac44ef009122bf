import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { ConfigError, readConfig } from '../../../infra/config/config.ts';
import { demoTenant } from '../../../infra/config/demo-tenant.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { runCommand, UsageError } from '../../../infra/terminal/run-command.ts';
import { BookingFileError } from './booking-file.ts';
import { HOTEL_DEMAND, type ImportProgress, importHotelHistory } from './import-hotel-history.ts';
import { reportTable } from './import-report.ts';

const USAGE = `Imports the hotel booking demand CSV (plain or .gz) as the events that happened.

    npm run import:hotel-history -- FILE [--tenant ID] [--source NAME] [--report FILE]

  --tenant   whose hotels they are (default: the demo company, from DATA_DIR/demo.json)
  --source   name of the data set, when it is not the public one (default: ${HOTEL_DEMAND})
  --report   where the report goes as JSON (default: DATA_DIR/import-NAME.json)

It may be stopped and run again at any time, also beside a running platform: what is there is not added twice.`;

const argumentsOf = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      source: { type: 'string', default: HOTEL_DEMAND },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

const tenantFrom = (dataDir: string): string => {
  const tenant = demoTenant(dataDir);
  if (tenant === undefined)
    throw new UsageError(`--tenant is missing, and ${join(dataDir, 'demo.json')} names no demo company`);
  return tenant;
};

/** A bar on a terminal; silent in a pipe or a log. */
const progressBar = () => {
  const bar = new SingleBar({
    format: 'Importing {bar} {percentage} % | {rows} rows | {events} events | {duration_formatted}',
    noTTYOutput: false,
    hideCursor: true,
  });
  bar.start(1, 0, { rows: 0, events: 0 });
  return {
    tell: ({ rows, events, bytesRead, bytesTotal }: ImportProgress) => {
      bar.setTotal(bytesTotal ?? 1);
      bar.update(bytesRead, { rows, events });
    },
    stop: () => bar.stop(),
  };
};

const run = async (argv: readonly string[]): Promise<number> => {
  const { values, positionals } = argumentsOf(argv);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('give one FILE');
  if (!/^[\w.-]{1,100}$/.test(values.source)) throw new UsageError('--source: letters, digits, dot, dash, at most 100');
  const { dataDir, eventStoreUrl: url } = readConfig(process.env);
  const tenant = values.tenant ?? tenantFrom(dataDir);

  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const eventStore = await openEventStore({ dataDir, ...(url === undefined ? {} : { url }) });
  const bar = progressBar();
  try {
    const { source } = values;
    const report = await importHotelHistory({
      eventStore,
      tenant,
      source,
      input: { file },
      onProgress: bar.tell,
      signal: stopping.signal,
    });
    bar.stop();
    const reportFile = values.report ?? join(dataDir, `import-${source}.json`);
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`${reportTable(report)}\nReport: ${reportFile}`);
    return report.complete ? 0 : 130;
  } finally {
    bar.stop();
    await eventStore.close();
  }
};

await runCommand(USAGE, () => run(process.argv.slice(2)), [BookingFileError, ConfigError]);
