import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { ConfigError } from '../../infra/config/config.ts';
import { runCommand, UsageError } from '../../infra/terminal/run-command.ts';
import { manifest } from '../registry/manifest.ts';
import { allTrainers } from './all-trainers.ts';
import { type AskedTraining, askedTraining } from './asked-training.ts';
import { type TrainedVersion, trainModel } from './train-model.ts';
import { TooLittleDataError } from './trainer.ts';
import { openTrainingLog } from './training-log.ts';

const USAGE = `Trains a model from a company's events and puts the new version where the platform takes it in.

    npm run ml:train -- NAME [--tenant ID] [--as-of DATE] [--version V] [--seed N]

  NAME       ${allTrainers.map(({ name }) => name).join(', ')}
  --tenant   whose model it is (default: the demo company, from DATA_DIR/demo.json)
  --as-of    learn from nothing that happened later: a date or an instant (default: now)
  --version  its semantic version (default: the one after the highest that there is)
  --seed     the same events and seed give the same model (default: 1)

It works beside a running platform, which takes the version in within seconds, and without one, which does so when it starts. The
version goes live by the operator's rule, or when somebody promotes it.`;

const train = async ({ trainer, tenant, asOf, config, values }: AskedTraining): Promise<void> => {
  const version = wordOf(values.version);
  if (version !== undefined && !manifest.shape.version.safeParse(version).success)
    throw new UsageError(`--version: a semantic version like 1.4.0, not "${version}"`);
  const seed = wordOf(values.seed);
  if (seed !== undefined && !/^\d{1,9}$/.test(seed)) throw new UsageError(`--seed: a whole number, not "${seed}"`);
  await mkdir(config.modelsDir, { recursive: true });
  // On the same disk, so that the whole folder appears at once. What begins with a dot is not looked at.
  const folder = await mkdtemp(join(config.modelsDir, '.training-'));
  const { eventStore, close } = await openTrainingLog(config);
  const bar = new SingleBar({ format: 'Training {bar} {percentage} % | {duration_formatted}', noTTYOutput: false });
  bar.start(1, 0);
  try {
    const order = { tenant, asOf, version, seed: seed === undefined ? undefined : Number(seed) };
    const place = { eventStore, modelsDir: config.modelsDir, folder, onProgress: (part: number) => bar.update(part) };
    const trained = await trainModel(trainer, order, place);
    bar.stop();
    const target = join(config.modelsDir, tenant, trained.name, trained.version);
    await mkdir(dirname(target), { recursive: true });
    await rename(folder, target);
    console.log(reportOf(trained, target));
  } finally {
    bar.stop();
    await rm(folder, { recursive: true, force: true });
    await close();
  }
};

const wordOf = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const reportOf = ({ name, version, metrics, comparison }: TrainedVersion, target: string): string =>
  [
    `${name} ${version}`,
    ...Object.entries(metrics).map(([metric, value]) => `  ${metric.padEnd(28)} ${Number(value.toPrecision(5))}`),
    comparison === null
      ? '  no live version to compare it with'
      : `  ${comparison.verdict} than the live ${comparison.with}: mean loss less by ${comparison.gain.toPrecision(3)}, from ${comparison.lower.toPrecision(3)} to ${comparison.upper.toPrecision(3)} (95 %, ${comparison.rows} rows)`,
    `Folder: ${target}`,
    `Card:   ${join(target, 'card.html')}`,
  ].join('\n');

const run = async (): Promise<undefined> => {
  const asked = askedTraining(process.argv.slice(2), { version: { type: 'string' }, seed: { type: 'string' } });
  if (asked === undefined) console.log(USAGE);
  else await train(asked);
};

await runCommand(USAGE, run, [ConfigError, TooLittleDataError]);
