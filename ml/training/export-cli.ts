import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../infra/config/config.ts';
import { runCommand, UsageError } from '../../infra/terminal/run-command.ts';
import { allTrainers } from './all-trainers.ts';
import { type AskedTraining, askedTraining } from './asked-training.ts';
import { collect } from './collect.ts';
import { TooLittleDataError } from './trainer.ts';
import { openTrainingLog } from './training-log.ts';
import { TABLE_FORMATS, writeTable } from './write-table.ts';

const USAGE = `Writes the training set of a model to a file, as the platform would learn from it, for those who train elsewhere.

    npm run ml:export -- NAME [--tenant ID] [--as-of DATE] [--format csv|parquet] [--out FILE]

  NAME       ${allTrainers.map(({ name }) => name).join(', ')}
  --tenant   whose events (default: the demo company, from DATA_DIR/demo.json)
  --as-of    nothing that happened later is in it: a date or an instant (default: now)
  --format   default: parquet
  --out      default: DATA_DIR/training-sets/NAME-DATE.FORMAT`;

const exportTable = async ({ trainer, tenant, asOf, config, values }: AskedTraining): Promise<void> => {
  const format = TABLE_FORMATS.find((one) => one === (values.format ?? 'parquet'));
  if (format === undefined)
    throw new UsageError(`--format: ${TABLE_FORMATS.join(' or ')}, not "${String(values.format)}"`);
  const day = asOf.slice(0, 10);
  const file = resolve(
    typeof values.out === 'string'
      ? values.out
      : join(config.dataDir, 'training-sets', `${trainer.name}-${day}.${format}`),
  );
  await mkdir(dirname(file), { recursive: true });
  const { eventStore, close } = await openTrainingLog(config);
  try {
    const data = await collect(trainer, eventStore, { tenant, asOf });
    const rows = await writeTable(trainer.table(data), file, format);
    console.log(`${rows} rows of ${trainer.name} as of ${day}: ${file}`);
  } finally {
    await close();
  }
};

const run = async (): Promise<undefined> => {
  const asked = askedTraining(process.argv.slice(2), { format: { type: 'string' }, out: { type: 'string' } });
  if (asked === undefined) console.log(USAGE);
  else await exportTable(asked);
};

await runCommand(USAGE, run, [ConfigError, TooLittleDataError]);
