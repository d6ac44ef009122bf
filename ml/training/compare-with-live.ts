import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelComparison } from '../../contracts/events/models.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { ServedVersion } from '../serving/model-stages.ts';
import { compareLosses } from './paired-bootstrap.ts';
import type { HoldOut, TrainedModel } from './trainer.ts';

/**
 * How a newly trained model does beside the live one on the hold-out of its training. Undefined when the live version wants
 * inputs that can't be made from these data, or there is nothing held out.
 */
export const compareWithLive = async (
  { onnx, manifest, holdOut }: Pick<TrainedModel, 'onnx' | 'manifest' | 'holdOut'>,
  live: ServedVersion,
): Promise<ModelComparison | undefined> => {
  const theirs = await lossesOf(await readFile(join(live.directory, 'model.onnx')), live.manifest, holdOut);
  const ours = await lossesOf(onnx, manifest, holdOut);
  if (ours === undefined || theirs === undefined || holdOut.rows === 0) return undefined;
  return { with: live.version, rows: holdOut.rows, ...compareLosses(ours, theirs) };
};

const lossesOf = async (model: Uint8Array, manifest: Manifest, holdOut: HoldOut): Promise<Float64Array | undefined> => {
  const inputs = holdOut.inputsFor(manifest);
  if (inputs === undefined) return undefined;
  const session = await openLocalModel(model);
  try {
    return holdOut.lossOf(await session.run(inputs), manifest);
  } finally {
    await session.close();
  }
};
