import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { hotelEvents } from '../../tests/stays/hotel-events.ts';
import { encodeRows } from '../features/encode-rows.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { TooLittleDataError, type TrainedModel } from '../training/trainer.ts';
import { elasticityIn } from './elasticity.ts';
import { priceTrainer } from './price-trainer.ts';
import { type PastSales, pricedRows } from './sold-prices.ts';

const SAMPLE = 'command-side/stays/import/sample/hotel-bookings-sample.csv.gz';
const AS_OF = '2018-01-01T00:00:00.000Z';

const collected = (events: readonly RecordedEvent[], asOf = AS_OF): PastSales => {
  const collector = priceTrainer.collector({ tenant: 'spec', asOf });
  for (const event of events) if (event.time <= asOf && priceTrainer.handles.includes(event.type)) collector.add(event);
  return collector.finish() as PastSales;
};

let events: RecordedEvent[];
let sales: PastSales;
let model: TrainedModel;
beforeAll(async () => {
  events = [];
  for await (const event of hotelEvents(SAMPLE, 'spec')) events.push(event);
  sales = collected(events);
  model = await priceTrainer.train(sales, { version: '1.2.0' });
}, 60_000);

describe('the price model, trained on the sample of stays', () => {
  it('is closer to what was paid than the level of late is', () => {
    const { rmse = 0, mae = 0, baselineRmse = 0, baselineMae = 0 } = model.manifest.metrics;
    expect(rmse).toBeLessThan(baselineRmse);
    expect(mae).toBeLessThan(baselineMae);
    expect(model.manifest).toMatchObject({ name: 'price', version: '1.2.0', task: 'price' });
  });

  it('tells how demand answers to prices, and draws its card', () => {
    const { value, lower, upper } = elasticityIn(model.manifest, 'hotel');
    expect(lower < value && value < upper).toBe(true);
    expect(model.card.blocks.map(({ kind }) => kind)).toContain('plot');
    expect(JSON.stringify(model.card)).toContain('hotel');
  });

  it('answers its golden rows, and rows held out with a loss for each', async () => {
    const session = await openLocalModel(model.onnx);
    const [golden] = model.manifest.golden;
    const given = golden?.inputs.features;
    const outputs = await session.run({
      features: { type: 'float32', dims: given?.dims ?? [], data: Float32Array.from(given?.data ?? []) },
    });
    const wanted = golden?.outputs.adr?.data ?? [];
    expect(
      [...(outputs.adr?.data ?? [])].every((value, at) => Math.abs(Number(value) - (wanted[at] ?? 0)) < 1e-3),
    ).toBe(true);
    const inputs = model.holdOut.inputsFor(model.manifest);
    if (inputs === undefined) throw new Error('no inputs');
    const losses = model.holdOut.lossOf(await session.run(inputs), model.manifest);
    expect(losses.length).toBe(model.holdOut.rows);
    expect(losses.reduce((sum, one) => sum + one, 0) / losses.length).toBeCloseTo(model.manifest.metrics.mae ?? 0, 4);
    await session.close();
  });

  it('compares with no version that wants what these data do not tell', () => {
    const features = [{ name: 'moonPhase', kind: 'number' as const, unit: '1' }];
    expect(model.holdOut.inputsFor({ ...model.manifest, features })).toBeUndefined();
  });

  it('is the same for the same data and seed', async () => {
    const again = await priceTrainer.train(collected(events), { version: '1.2.0' });
    expect(Buffer.from(again.onnx).equals(model.onnx)).toBe(true);
    expect(again.manifest.training).toEqual(model.manifest.training);
  });

  it('takes rooms and countries that it has never seen', async () => {
    const session = await openLocalModel(model.onnx);
    const row = { ...pricedRows(sales)[0]?.row, variant: 'Z', country: null, recentOfVariant: null };
    const { adr } = await session.run({ features: encodeRows(model.manifest.features ?? [], [row]) });
    expect(Number(adr?.data[0])).toBeGreaterThan(0);
    await session.close();
  });
});

describe('a training set of prices', () => {
  it('as of a day is the same whether the log goes on after it or not', () => {
    const asOf = '2016-09-01T00:00:00.000Z';
    const cut = events.filter(({ time }) => time <= asOf);
    expect(cut.length).toBeLessThan(events.length);
    expect(priceRows(collected(cut, asOf))).toEqual(priceRows(collected(events, asOf)));
  });

  it('knows of other sales what was booked on days before, and nothing else', () => {
    const half = sales.slice(0, Math.floor(sales.length / 2));
    const last = half.at(-1)?.sale.bookedOn ?? '';
    const whole = half.filter(({ sale }) => sale.bookedOn < last);
    // What came later changes no row of before.
    expect(pricedRows(sales).slice(0, pricedRows(whole).length)).toEqual(pricedRows(whole));
    // And the price of a row is not among what it knows.
    const dearer = whole.map((one, at) =>
      at === whole.length - 1 ? { ...one, sale: { ...one.sale, price: 1 } } : one,
    );
    expect(pricedRows(dearer).map(({ row }) => row)).toEqual(pricedRows(whole).map(({ row }) => row));
  });

  it('does not depend on the order of streams in the log', () => {
    const asText = (from: PastSales) => from.map((one) => JSON.stringify(one)).toSorted();
    // Within a stream the order stays.
    const shuffled = [...events].sort((a, b) => (a.stream < b.stream ? 1 : a.stream > b.stream ? -1 : 0));
    expect(asText(collected(shuffled))).toEqual(asText(sales));
  });

  it('can be exported with every feature, the day and the price', () => {
    const { columns, rows } = priceTrainer.table(sales);
    const all = [...rows];
    expect(columns.at(-1)).toEqual({ name: 'price', kind: 'number' });
    expect(all.every((row) => row.length === columns.length)).toBe(true);
    expect(all.length).toBe(sales.filter(({ isLost }) => !isLost).length);
  });

  it('that is too small is refused with how much there is', async () => {
    expect(() => priceTrainer.train([], { version: '1.0.0' })).toThrow(TooLittleDataError);
    await expect(priceTrainer.train(sales.slice(0, 60), { version: '1.0.0' })).rejects.toThrow(/100 prices are needed/);
  });

  const priceRows = (from: PastSales) => [...priceTrainer.table(from).rows];
});
