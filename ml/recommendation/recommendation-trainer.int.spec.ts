import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recorded, tastefulBookings } from '../../tests/recommendation/made-bookings.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { EXAMINATION_LIMITS, examineFolder } from '../registry/examine-folder.ts';
import { manifest } from '../registry/manifest.ts';
import { goldenDifference } from '../serving/golden-samples.ts';
import { TooLittleDataError } from '../training/trainer.ts';
import { coOccurrenceOf } from './co-occurrence.ts';
import { interactionMatrix } from './interaction-matrix.ts';
import { scoresOf } from './item-scores.ts';
import { learnItemWeights } from './learn-item-weights.ts';
import { listsOf } from './recommendation-hold-out.ts';
import { recommenderOnnx } from './recommendation-onnx.ts';
import { recommendationTrainer } from './recommendation-trainer.ts';
import { constantsOf, indexed, recommenderTensors } from './recommender-inputs.ts';

const scope = { tenant: 'acme', asOf: '2026-07-01T00:00:00.000Z' };
const market = { customers: 200, tastes: 5, productsOfTaste: 8, bookings: 1_500 };

const collected = (events: ReturnType<typeof tastefulBookings>) => {
  const collector = recommendationTrainer.collector(scope);
  for (const event of events) collector.add(event);
  return collector.finish();
};

describe('training the recommender', () => {
  it('learns tastes: its lists beat those of popularity, and its golden sample holds', async () => {
    const trained = await recommendationTrainer.train(collected(tastefulBookings(market)), { version: '1.0.0' });
    const { metrics } = trained.manifest;
    expect(metrics['ndcg@20']).toBeGreaterThan(1.5 * (metrics['ndcg@20 of popularity'] ?? 1));
    expect(manifest.parse(JSON.parse(JSON.stringify(trained.manifest)))).toEqual(trained.manifest);
    const model = await openLocalModel(trained.onnx);
    expect(await goldenDifference(trained.manifest, model.run)).toBeUndefined();

    const inputs = trained.holdOut.inputsFor(trained.manifest);
    if (inputs === undefined) throw new Error('its own version takes the hold-out');
    const losses = trained.holdOut.lossOf(await model.run(inputs), trained.manifest);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(losses).toHaveLength(trained.holdOut.rows);
    expect(1 - mean).toBeCloseTo(metrics['ndcg@20'] ?? Number.NaN, 2);
    await model.close();
  });

  it('makes a version that the registry takes', async () => {
    const { onnx, manifest } = await recommendationTrainer.train(collected(tastefulBookings(market)), {
      version: '1.0.0',
    });
    const folder = await mkdtemp(join(tmpdir(), 'recommendation-'));
    await writeFile(join(folder, 'model.onnx'), onnx);
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const address = { tenant: 'acme', name: 'recommendation', version: '1.0.0' };
    const examined = await examineFolder(folder, address, EXAMINATION_LIMITS);
    await rm(folder, { recursive: true });
    expect(examined).toMatchObject({ facts: { task: 'recommendation', bytes: onnx.byteLength } });
  });

  it('makes the same bytes of the same bookings', async () => {
    const train = () => recommendationTrainer.train(collected(tastefulBookings(market)), { version: '1.0.0' });
    const [one, other] = [await train(), await train()];
    expect(Buffer.from(one.onnx).equals(other.onnx)).toBe(true);
    expect(one.manifest).toEqual(other.manifest);
  });

  it('sees nothing later than the instant that it is asked for', () => {
    const events = tastefulBookings(market);
    const instant = '2026-04-01T00:00:00.000Z';
    const whole = collected(events).at(instant);
    const cut = collected(events.filter(({ time }) => time < instant)).latest();
    expect(whole).toEqual(cut);
    expect(whole.length).toBeGreaterThan(100);
  });

  it('sees a booking that was cancelled later as it stood then', () => {
    const [hold, confirmation] = tastefulBookings({ ...market, bookings: 1 });
    if (hold === undefined || confirmation === undefined) throw new Error('one booking was made');
    const cancellation = recorded(
      { type: 'booking.cancelled.v1', data: { bookingId: 'b0', departureId: null, reason: null, refund: 'FULL' } },
      '2026-05-01T00:00:00.000Z',
      2,
    );
    const data = collected([hold, confirmation, cancellation]);
    expect(data.at('2026-04-01T00:00:00.000Z')).toMatchObject([{ kind: 'confirmed' }]);
    expect(data.latest()).toMatchObject([{ kind: 'cancelled' }]);
    // Before it was confirmed nobody knew whose it was.
    expect(data.at(confirmation.time)).toEqual([]);
  });

  it('learns nothing of a forgotten customer', () => {
    const events = tastefulBookings({ ...market, bookings: 2 });
    const forgotten = recorded(
      { type: 'booking.contact-forgotten.v1', data: { bookingId: 'b0' } },
      '2026-06-30T00:00:00.000Z',
      2,
    );
    const data = collected([...events, forgotten]);
    expect(data.latest()).toHaveLength(1);
    expect(data.at('2026-06-29T00:00:00.000Z')).toHaveLength(1);
  });

  it('says what is missing when there is too little', async () => {
    await expect(recommendationTrainer.train(collected([]), { version: '1.0.0' })).rejects.toThrow(TooLittleDataError);
    await expect(
      recommendationTrainer.train(collected(tastefulBookings({ ...market, bookings: 30 })), { version: '1.0.0' }),
    ).rejects.toThrow(/5 products with 5 customers each are needed/);
    const few = tastefulBookings({ ...market, customers: 10, bookings: 1_500 });
    await expect(recommendationTrainer.train(collected(few), { version: '1.0.0' })).rejects.toThrow(
      /20 known customers who booked something new/,
    );
  });
});

describe('the recommender as ONNX', () => {
  it('scores and ranks 10,000 histories as the trainer does', async () => {
    const random = seededRandom(7);
    const events = tastefulBookings(market);
    const matrix = interactionMatrix(collected(events).latest(), 2);
    const weights = learnItemWeights(coOccurrenceOf(matrix), { lambda: 10, neighbours: 20, rowLength: 25 });
    const constants = indexed({
      products: [...matrix.products],
      totals: matrix.products.map(() => 1),
      halfLifeDays: 14,
      assumed: 1,
    });
    const recent = new Map(matrix.products.map((productId) => [productId, random()]));
    const asked = Array.from({ length: 10_000 }, () => {
      const history = new Map(
        Array.from({ length: Math.floor(random() * 12) }, () => [
          matrix.products[Math.floor(random() * matrix.products.length)] ?? '',
          random() < 0.5 ? 1 : 0.3,
        ]),
      );
      return { history, exclude: history.keys() };
    });
    const inputs = recommenderTensors(constants, asked, recent);
    const model = await openLocalModel(recommenderOnnx(weights));
    const outputs = await model.run(inputs);
    await model.close();

    const size = matrix.products.length;
    const demand = inputs.demand?.data.subarray(0, size) as Float32Array;
    const lists = listsOf(outputs.top_items, outputs.top_scores);
    let furthest = 0;
    asked.forEach(({ history }, row) => {
      const columns = [...history.keys()].map((productId) => constants.indexOf.get(productId) ?? -1);
      const expected = scoresOf(weights, { columns, weights: [...history.values()] }, demand);
      const listed = lists[row] ?? [];
      expected.forEach((score, product) => {
        furthest = Math.max(furthest, Math.abs(score - Number(outputs.scores?.data[row * size + product])));
      });
      expect(listed).toHaveLength(size - columns.length);
      expect(listed.some((product) => columns.includes(product))).toBe(false);
    });
    expect(furthest).toBeLessThan(1e-5);
  });

  it('reads the constants of a manifest, and says what one lacks', async () => {
    const trained = await recommendationTrainer.train(collected(tastefulBookings(market)), { version: '1.0.0' });
    expect(constantsOf(trained.manifest).products).toHaveLength(market.tastes * market.productsOfTaste);
    expect(() => constantsOf({ ...trained.manifest, preprocessing: {} })).toThrow(/products/);
  });
});
