import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChanceOptions } from '../../../../ml/churn/chance-model.ts';
import type { ChanceExample, ChanceSplit } from '../../../../ml/churn/chance-trainer.ts';
import { encodeRows } from '../../../../ml/features/encode-rows.ts';
import type { Feature } from '../../../../ml/registry/manifest.ts';
import type { Row } from '../../report.ts';

/** What both trainers read beside the numbers. */
export interface PeerMeta {
  readonly columns: readonly Pick<Feature, 'name' | 'kind'>[];
  readonly boosting: ChanceOptions;
}

interface Finish {
  readonly seconds: number;
  readonly megabytes: number;
  readonly auc: number;
}

const run = promisify(execFile);
/** A Python that has LightGBM. */
const PYTHON = process.env.PEER_PYTHON ?? 'python3';
const HERE = 'tests/bench/peers/ml';

/**
 * The platform's booster and LightGBM on the same table with the same options, one thread and one process each: time and
 * memory of training. Without a Python that has LightGBM nothing is compared, and a line says so.
 */
export const raceLightgbm = async (
  what: string,
  { training, heldOut }: ChanceSplit,
  features: readonly Feature[],
  boosting: ChanceOptions,
): Promise<readonly Row[]> => {
  const hasPeer = await run(PYTHON, ['-c', 'import lightgbm, numpy']).then(
    () => true,
    () => false,
  );
  if (!hasPeer) {
    console.log(`  not raced: ${PYTHON} has no lightgbm (set PEER_PYTHON)`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'race-'));
  try {
    await writeTables(folder, features, { training, 'held-out': heldOut });
    const meta: PeerMeta = { columns: features.map(({ name, kind }) => ({ name, kind })), boosting };
    await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
    const ours = await finishOf(process.execPath, ['--import', 'tsx', `${HERE}/train-ours.ts`, folder]);
    const theirs = await finishOf(PYTHON, [`${HERE}/train-lightgbm.py`, folder]);
    const told = `${what}, ${training.length} rows, ${boosting.trees} trees; AUC ${ours.auc.toFixed(4)} / LightGBM ${theirs.auc.toFixed(4)}`;
    return [
      {
        bench: `training time, ${told}`,
        ours: `${ours.seconds.toFixed(1)} s`,
        against: `${theirs.seconds.toFixed(1)} s`,
        ratio: ours.seconds / theirs.seconds,
        aim: 'told, no aim',
        met: true,
      },
      {
        bench: `memory of the training process, ${what}`,
        ours: `${Math.round(ours.megabytes)} MB`,
        against: `${Math.round(theirs.megabytes)} MB`,
        ratio: ours.megabytes / theirs.megabytes,
        aim: 'told, no aim',
        met: true,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
};

const finishOf = async (command: string, args: readonly string[]): Promise<Finish> =>
  JSON.parse((await run(command, args)).stdout) as Finish;

const writeTables = async (
  folder: string,
  features: readonly Feature[],
  parts: Readonly<Record<string, readonly ChanceExample[]>>,
): Promise<void> => {
  for (const [name, examples] of Object.entries(parts)) {
    const rows = examples.map(({ row }) => row);
    await writeFile(join(folder, `${name}.f32`), bytesOf(encodeRows(features, rows).data as Float32Array));
    await writeFile(join(folder, `${name}-target.f32`), bytesOf(Float32Array.from(examples, ({ outcome }) => outcome)));
  }
};

const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
