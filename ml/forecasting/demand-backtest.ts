import { encodeRows } from '../features/encode-rows.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import type { Feature, Manifest } from '../registry/manifest.ts';
import type { Tensors } from '../serving/model-client.ts';
import type { HoldOut } from '../training/trainer.ts';
import { LEVELS } from './conformal.ts';
import type { DemandExample } from './demand-examples.ts';
import type { ForecastDay } from './forecast-metrics.ts';

/** Runs a model over examples; in people or parties. */
export const backtest = async (
  onnx: Uint8Array,
  features: readonly Feature[],
  examples: readonly DemandExample[],
): Promise<readonly ForecastDay[]> => {
  const model = await openLocalModel(onnx);
  try {
    const { quantiles } = await model.run({
      features: encodeRows(
        features,
        examples.map(({ row }) => row),
      ),
    });
    return examples.map(({ target, scale, naive, naiveError }, row) => ({
      actual: target * scale,
      quantiles: LEVELS.map((_, level) => Number(quantiles?.data[row * LEVELS.length + level]) * scale),
      naive,
      naiveError,
    }));
  } finally {
    await model.close();
  }
};

/** What versions are compared on: the absolute error of the median, as a share of the mean day. */
export const demandHoldOut = (examples: readonly DemandExample[]): HoldOut => ({
  rows: examples.length,
  inputsFor: ({ inputs, features }: Manifest): Tensors | undefined => {
    const [input, ...others] = inputs;
    if (input === undefined || features === undefined || others.length > 0) return undefined;
    const known = examples[0]?.row ?? {};
    if (features.some(({ name }) => !(name in known))) return undefined;
    return {
      [input.name]: encodeRows(
        features,
        examples.map(({ row }) => row),
      ),
    };
  },
  lossOf: ({ quantiles }) =>
    Float64Array.from(examples, ({ target }, row) =>
      Math.abs(target - Number(quantiles?.data[row * LEVELS.length + LEVELS.indexOf(0.5)])),
    ),
});
