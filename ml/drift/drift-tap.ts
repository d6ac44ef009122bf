import { randomId } from '../../contracts/ids.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { ModelClient, PredictRequest, TensorData } from '../serving/model-client.ts';
import { type DriftBins, driftBinsOf } from './drift-bins.ts';
import { ensureServedRows, SERVED_ROWS, servedRowsId } from './served-rows.ts';

const SAVE_EVERY_MS = 30_000;

/** Counts what is asked of models, by the bins of their manifests. */
export interface DriftTap {
  /** The same client; what it answers is counted. */
  tapped(models: ModelClient): ModelClient;
  /** Writes what was counted since. */
  save(): Promise<void>;
  /** Writes what was counted, then counts no more. */
  close(): Promise<void>;
}

interface DriftTapOptions {
  readonly documents: Documents;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  readonly onWarning: (message: string, error: unknown) => void;
}

interface Tally {
  readonly id: { readonly tenant: string; readonly model: string; readonly version: string; readonly day: string };
  readonly columns: readonly { readonly name: string; readonly column: number; readonly bins: DriftBins }[];
  readonly counts: number[][];
  rows: number;
  isSaved: boolean;
}

/**
 * A tap that keeps, for each day and version, how the values of each feature were spread over the bins of its reference. Shadows are not
 * counted, nor rows that only explain. It costs a comparison a value, and a small document every 30 s of each version in use.
 */
export const openDriftTap = async ({ documents, clock, onWarning }: DriftTapOptions): Promise<DriftTap> => {
  await ensureServedRows(documents);
  const writer = randomId();
  const tallies = new Map<string, Tally>();

  const tallyOf = (tenant: string, manifest: Manifest): Tally | undefined => {
    const { name: model, version, features = [] } = manifest;
    const id = { tenant, model, version, day: clock().slice(0, 10) };
    const key = Object.values(id).join(':');
    const known = tallies.get(key);
    if (known !== undefined) return known;
    const columns = features.flatMap((feature, column) => {
      const bins = driftBinsOf(feature);
      return bins === undefined ? [] : [{ name: feature.name, column, bins }];
    });
    if (columns.length === 0) return undefined;
    const counts = columns.map(({ bins }) => new Array<number>(bins.count).fill(0));
    const tally: Tally = { id, columns, counts, rows: 0, isSaved: true };
    tallies.set(key, tally);
    return tally;
  };

  const count = ({ tenant, observed }: PredictRequest, manifest: Manifest, tensor: TensorData | undefined): void => {
    const width = manifest.features?.length ?? 0;
    if (tensor === undefined || tensor.dims[1] !== width) return;
    const tally = tallyOf(tenant, manifest);
    if (tally === undefined) return;
    const rows = Math.min(tensor.dims[0] ?? 0, observed ?? Number.POSITIVE_INFINITY);
    tally.columns.forEach(({ column, bins }, at) => {
      const counts = tally.counts[at] ?? [];
      for (let row = 0; row < rows; row++) {
        const bin = bins.of(Number(tensor.data[row * width + column]));
        if (bin !== undefined) counts[bin] = (counts[bin] ?? 0) + 1;
      }
    });
    tally.rows += rows;
    tally.isSaved = false;
  };

  const save = async (): Promise<void> => {
    const today = clock().slice(0, 10);
    const news = [...tallies.values()].filter(({ isSaved }) => !isSaved);
    for (const tally of news) tally.isSaved = true;
    try {
      if (news.length > 0) await documents.commit(news.map((tally) => writeOf(tally, writer)));
    } catch (error) {
      for (const tally of news) tally.isSaved = false;
      throw error;
    }
    for (const [key, { id, isSaved }] of tallies) if (isSaved && id.day < today) tallies.delete(key);
  };

  const timer = setInterval(() => {
    save().catch((error: unknown) =>
      onWarning('what models were asked could not be written down; it is tried again', error),
    );
  }, SAVE_EVERY_MS);
  timer.unref();

  return {
    tapped: (models) => ({
      predict: async (request) => {
        const asked = new Map<string, TensorData | undefined>();
        const prediction = await models.predict({
          ...request,
          inputsFor: (manifest, directory) => {
            const tensors = request.inputsFor(manifest, directory);
            asked.set(manifest.version, tensors.features);
            return tensors;
          },
        });
        count(request, prediction.manifest, asked.get(prediction.version));
        return prediction;
      },
      close: () => models.close(),
    }),
    save,
    close: async () => {
      clearInterval(timer);
      await save();
    },
  };
};

const writeOf = ({ id, rows, columns, counts }: Tally, writer: string) => {
  const features = columns.map(({ name }) => name);
  return {
    collection: SERVED_ROWS,
    id: servedRowsId({ ...id, writer }),
    put: { ...id, writer, rows, features, counts },
  };
};
