import { existsSync } from 'node:fs';
import { CANCELLATION_TASK } from '../../../ml/churn/cancellation-task.ts';
import { trainChances } from '../../../ml/churn/chance-trainer.ts';
import { collectCancellations, splitCancellations } from '../../../ml/churn/past-bookings.ts';
import { hotelEvents } from '../../stays/hotel-events.ts';
import { raceLightgbm } from '../peers/ml/booster-race.ts';
import type { Bench, Row } from '../report.ts';

const SHARED = process.env.SHARED_DIR ?? '../shared';
const FILE = `${SHARED}/data/hotel/hotel_bookings.csv.gz`;
const HOLD_OUT_FROM = '2017-03-01';
/** After the last event of the file. */
const AS_OF = '2018-01-01T00:00:00.000Z';

/** LightGBM on the same split, by the data's own page. */
const PEER = { auc: 0.892, logLoss: 0.4186, brier: 0.1398 };

/** Accuracy of the cancellation model on the hotel file, by the way of the product: rows, events, collector, training, ONNX. */
export const cancellationBench: Bench = {
  name: 'cancellation',
  run: async (): Promise<readonly Row[]> => {
    if (!existsSync(FILE)) {
      console.log(`  skipped: ${FILE} is not there (set SHARED_DIR)`);
      return [];
    }
    console.log(`  with ${FILE}`);
    const collector = collectCancellations(AS_OF);
    for await (const event of hotelEvents(FILE, 'bench')) collector.add(event);
    const split = splitCancellations(collector.finish(), HOLD_OUT_FROM);
    const startedAt = performance.now();
    const { manifest } = await trainChances(split, CANCELLATION_TASK, { version: '1.0.0' });
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(`  trained on ${split.training.length} rows in ${seconds.toFixed(1)} s, calibration included`);
    const where = `hotel_bookings, arrivals before ${HOLD_OUT_FROM} train, ${split.heldOut.length} after test`;
    return [
      ...(['auc', 'logLoss', 'brier'] as const).map((name): Row => {
        const ours = manifest.metrics[name] ?? Number.NaN;
        const better = name === 'auc' ? ours >= PEER[name] : ours <= PEER[name];
        return {
          bench: `cancellation ${name}, ${where}`,
          ours: ours.toFixed(4),
          against: `${PEER[name]} (LightGBM)`,
          ratio: ours / PEER[name],
          aim: `${name === 'auc' ? '>=' : '<='} ${PEER[name]}`,
          met: better,
        };
      }),
      ...(await raceLightgbm('cancellation', split, manifest.features ?? [], CANCELLATION_TASK.boosting)),
    ];
  },
};
