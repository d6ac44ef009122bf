import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import {
  applyCancellationEvent,
  type CancellationFacts,
  cancellationIdOf,
} from '../../contracts/features/cancellation-facts.ts';
import { pastEvent, stayBooked } from '../../tests/ml/past-events.ts';
import { hotelEvents } from '../../tests/stays/hotel-events.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { flawsOfGraph } from '../registry/examine-graph.ts';
import { flawsOfManifest } from '../registry/examine-manifest.ts';
import { goldenDifference } from '../serving/golden-samples.ts';
import { TooLittleDataError, type TrainedModel } from '../training/trainer.ts';
import { cancellationTrainer } from './cancellation-trainer.ts';

const SAMPLE = new URL('../../command-side/stays/import/sample/hotel-bookings-sample.csv.gz', import.meta.url).pathname;
/** After the last event of the sample. */
const AS_OF = '2018-01-01T00:00:00.000Z';

let log: RecordedEvent[] = [];
beforeAll(async () => {
  log = [];
  for await (const event of hotelEvents(SAMPLE, 'tenant-1')) log.push(event);
});

const collected = (events: readonly RecordedEvent[], asOf: string) => {
  const collector = cancellationTrainer.collector({ tenant: 'tenant-1', asOf });
  for (const event of events) collector.add(event);
  return collector.finish();
};
const rowsOf = (events: readonly RecordedEvent[], asOf: string) => [
  ...cancellationTrainer.table(collected(events, asOf)).rows,
];

describe('the training set of cancellations', () => {
  it('has each booking as it was made, and once more at a later moment if it was open then', () => {
    const bookings = collected(log, AS_OF);
    const booked = bookings.filter(({ moment }) => moment === 'booked');
    expect(booked).toHaveLength(1_990);
    expect(bookings.length).toBeGreaterThan(1_990 * 1.5);
    for (const { facts, moment, today } of bookings) {
      expect(facts.status).toBe('open');
      expect(today >= facts.bookedAt.slice(0, 10)).toBe(true);
      if (moment === 'booked') expect(facts).toMatchObject({ changes: 0, changedAt: facts.bookedAt });
    }
  });

  it('as of a day is the same whether the log goes on after it or not', () => {
    const asOf = '2016-09-01T00:00:00.000Z';
    const whole = log.filter(({ time }) => time <= asOf);
    // What a log that is longer would bring besides, were it not for the cut of the harness: nothing of it may change a row.
    const later = collected(log, asOf).map(({ facts, moment }) => [facts.id, moment, facts]);
    const cut = collected(whole, asOf).map(({ facts, moment }) => [facts.id, moment, facts]);
    expect(cut.length).toBeGreaterThan(500);
    expect(later.filter(([id, moment]) => cut.some((row) => row[0] === id && row[1] === moment))).toEqual(cut);
  });

  it('knows of each booking what the fold of the online view knew at that moment', () => {
    const views = new Map<string, CancellationFacts>();
    const later = new Map(
      collected(log, AS_OF).flatMap(({ facts, today, moment }) =>
        moment === 'later' ? [[facts.id, { facts, today }]] : [],
      ),
    );
    for (const event of log) {
      const id = cancellationIdOf(event);
      if (event.time.slice(0, 10) >= (later.get(id)?.today ?? '')) continue;
      const view = applyCancellationEvent(
        views.get(id),
        event as unknown as Parameters<typeof applyCancellationEvent>[1],
      );
      if (view !== undefined) views.set(id, view);
    }
    expect(views.size).toBeGreaterThan(1_000);
    // What happened on the very day may lie before or after the moment; all before it is known.
    const differ = [...views].filter(([id, view]) => later.get(id)?.facts.changes !== view.changes);
    expect(differ.length).toBeLessThan(views.size / 50);
  });

  it('leaves out whose day has not come, though some of them are cancelled already, and whose end nobody told', () => {
    const booked = stayBooked('s', '2026-07-21', '2026-05-01T10:00:00.000Z');
    const cancelled = pastEvent(
      'stay-s',
      'stay.cancelled.v1',
      { stayId: 's', reason: null },
      '2026-05-20T10:00:00.000Z',
    );
    expect(rowsOf([booked, cancelled], '2026-07-21T12:00:00.000Z')).toEqual([]);
    expect(rowsOf([booked], '2026-08-01T00:00:00.000Z')).toEqual([]);
    expect(rowsOf([booked, cancelled], '2026-07-22T00:00:00.000Z').length).toBeGreaterThan(0);
  });

  it('takes an outcome that is told late', () => {
    const booked = stayBooked('s', '2026-07-21', '2026-05-01T10:00:00.000Z');
    const late = pastEvent('stay-s', 'stay.no-show.v1', { stayId: 's' }, '2026-07-25T10:00:00.000Z');
    expect(rowsOf([booked], '2026-07-24T00:00:00.000Z')).toEqual([]);
    const [first] = rowsOf([booked, late], '2026-07-26T00:00:00.000Z');
    expect(first?.at(-1)).toBe(1);
  });

  it('is a table with the day, the outcome, and no column that is always missing', () => {
    const { columns, rows } = cancellationTrainer.table(collected(log, AS_OF));
    expect(columns.slice(-2)).toEqual([
      { name: 'date', kind: 'date' },
      { name: 'cancelled', kind: 'number' },
    ]);
    const all = [...rows];
    columns.forEach(({ name }, column) => {
      expect(
        all.some((row) => row[column] !== null),
        name,
      ).toBe(true);
    });
    const days = all.map((row) => String(row.at(-2)));
    expect(days).toEqual([...days].sort());
    const stay = stayBooked('s', '2026-07-21', '2026-05-01T10:00:00.000Z', { agent: null });
    const cameIn = pastEvent('stay-s', 'stay.checked-in.v1', { stayId: 's' }, '2026-07-21T10:00:00.000Z');
    const few = cancellationTrainer.table(collected([stay, cameIn], '2026-08-01T00:00:00.000Z'));
    expect(few.columns.map(({ name }) => name)).not.toContain('agent');
  });
});

describe('a model of cancellations', () => {
  let trained: TrainedModel;
  beforeAll(async () => {
    trained = await cancellationTrainer.train(collected(log, AS_OF), { version: '1.2.0' });
  }, 120_000);

  it('does better than the base rate on later arrivals', () => {
    const { auc = 0, logLoss = 1, baselineLogLoss = 0, brier = 1, baselineBrier = 0 } = trained.manifest.metrics;
    expect(auc).toBeGreaterThan(0.75);
    expect(logLoss).toBeLessThan(baselineLogLoss * 0.9);
    expect(brier).toBeLessThan(baselineBrier * 0.9);
  });

  it('is a manifest whose golden samples its file gives, and the registry finds no flaw in either', async () => {
    const { manifest, onnx } = trained;
    expect(flawsOfGraph(onnx, manifest)).toEqual([]);
    expect(flawsOfManifest(manifest, { tenant: 'tenant-1', name: 'cancellation', version: '1.2.0' })).toEqual([]);
    expect(manifest).toMatchObject({
      name: 'cancellation',
      version: '1.2.0',
      task: 'cancellation',
      preprocessing: { threshold: 0.6 },
      outputs: [{ name: 'probability', type: 'float32', shape: ['batch', 1] }],
    });
    const session = await openLocalModel(onnx);
    try {
      expect(await goldenDifference(manifest, (inputs) => session.run(inputs))).toBeUndefined();
    } finally {
      await session.close();
    }
  });

  it('is measured on arrivals after all that it has learned from', async () => {
    const { holdOut, manifest, onnx } = trained;
    const session = await openLocalModel(onnx);
    const inputs = holdOut.inputsFor(manifest);
    const losses = holdOut.lossOf(await session.run(inputs ?? {}), manifest);
    await session.close();
    expect(losses).toHaveLength(holdOut.rows);
    expect(losses.reduce((sum, loss) => sum + loss, 0) / holdOut.rows).toBeCloseTo(manifest.metrics.logLoss ?? 0, 5);
    const [part] = trained.card.blocks.flatMap((block) => (block.kind === 'table' ? [block] : []));
    const [training, heldOut] = part?.rows ?? [];
    expect(String(training?.[3]) < String(heldOut?.[2])).toBe(true);
  });

  it('can’t be compared with a version that wants what these data do not have', () => {
    const { manifest, holdOut } = trained;
    const features = [...(manifest.features ?? []), { name: 'star-sign', kind: 'number' as const, unit: '1' }];
    expect(holdOut.inputsFor({ ...manifest, features })).toBeUndefined();
    expect(holdOut.inputsFor({ ...manifest, outputs: [] })).toBeUndefined();
  });

  it('has a card with reliability, importances and costs', () => {
    const plots = trained.card.blocks.flatMap((block) => (block.kind === 'plot' ? [block] : []));
    expect(plots.map(({ mark }) => mark)).toEqual(['line', 'bar']);
    for (const { y } of plots[0]?.series[0]?.points ?? []) expect(y >= 0 && y <= 1).toBe(true);
    const [first] = plots[1]?.series[0]?.points ?? [];
    expect(first?.y).toBeGreaterThan(0.05);
  });

  it('needs enough of either end', async () => {
    const train = async (events: readonly RecordedEvent[]) =>
      cancellationTrainer.train(collected(events, AS_OF), { version: '1.0.0' });
    await expect(train([])).rejects.toThrow('no booking or stay has come to its end');
    await expect(train(log.slice(0, 100))).rejects.toThrow(TooLittleDataError);
    await expect(train(log.slice(0, 100))).rejects.toThrow(
      /needs 20 rows of either outcome; it has \d+ where it happened among \d+/,
    );
  });
});
