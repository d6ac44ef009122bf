import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { type ChanceStage, logisticModel, openChanceStage } from '../../tests/ml/chance-stage.ts';
import { pastEvent, stayBooked } from '../../tests/ml/past-events.ts';
import type { NewPrediction } from '../predicting/predictor.ts';
import { cancellationPredictor } from './cancellation-predictor.ts';

const BOOKED = '2026-05-01T10:00:00.000Z';
/** A hundredth of log-odds for each day to go, a thousandth for each unit of price. */
const model = () =>
  logisticModel([
    ['days-to-arrival', 0.01],
    ['price', 0.001],
  ]);
const chance = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

let stage: ChanceStage;
beforeAll(async () => {
  stage = await openChanceStage('cancellation-features');
  await stage.serve('cancellation', model());
});
afterAll(() => stage.close());

const scoredAfter = async (...events: RecordedEvent[]): Promise<readonly NewPrediction[]> =>
  (await cancellationPredictor.onEvents?.(events, stage.context)) ?? [];
const daily = async (cause = '2026-06-01'): Promise<readonly NewPrediction[]> => {
  const all: NewPrediction[] = [];
  for await (const part of cancellationPredictor.onSchedule?.('tenant-1', cause, stage.context) ?? [])
    all.push(...part);
  return all;
};
const dataOf = (prediction: NewPrediction | undefined) =>
  prediction?.event.data as Extract<PredictionEvent, { type: 'booking.cancellation-scored.v1' }>['data'];
const cancelled = (stayId: string) =>
  pastEvent(`stay-${stayId}`, 'stay.cancelled.v1', { stayId, reason: null }, '2026-05-20T10:00:00.000Z');
const cameIn = (stayId: string) =>
  pastEvent(`stay-${stayId}`, 'stay.checked-in.v1', { stayId }, '2026-05-20T10:00:00.000Z');

describe('the score of a cancellation', () => {
  it('is told when a stay is booked, by the model, with reasons and what asked for it', async () => {
    const booked = stayBooked('stay-1', '2026-07-21', BOOKED);
    await stage.see(booked);

    const [scored, ...others] = await scoredAfter(booked);
    expect(others).toEqual([]);
    expect(scored).toMatchObject({
      tenant: 'tenant-1',
      kind: 'cancellation',
      subject: 'stay-1',
      causationId: booked.id,
      correlationId: booked.correlationId,
    });
    expect(dataOf(scored)).toMatchObject({
      subjectKind: 'stay',
      subjectId: 'stay-1',
      date: '2026-07-21',
      threshold: 0.6,
      atRisk: true,
      model: 'cancellation',
      version: '1.0.0',
      fallback: null,
    });
    // 50 days to go, 100 EUR a night.
    expect(dataOf(scored).probability).toBeCloseTo(chance(0.6));
    expect(dataOf(scored).reasons.map(({ feature, value }) => [feature, value])).toEqual([
      ['days-to-arrival', 50],
      ['price', 100],
    ]);
    expect(dataOf(scored).reasons[0]?.contribution).toBeCloseTo(0.5);
  });

  it('is the same when the event comes again', async () => {
    const booked = stayBooked('again', '2026-07-21', BOOKED);
    await stage.see(booked);
    expect(await scoredAfter(booked)).toEqual(await scoredAfter(booked));
  });

  it('is told of each event with its own cause, by what is known by then', async () => {
    const booked = stayBooked('stay-1', '2026-07-21', BOOKED);
    const deposit = pastEvent(
      'stay-stay-1',
      'stay.deposit-taken.v1',
      { stayId: 'stay-1', depositType: 'REFUNDABLE' },
      BOOKED,
    );
    await stage.see(booked, deposit);
    expect((await scoredAfter(booked, deposit)).map(({ causationId }) => causationId)).toEqual([booked.id, deposit.id]);
  });

  it('is not told of what has ended, of a day that has passed, or of what is not known', async () => {
    const events = ['ended', 'passed', 'coming'].map((id) =>
      stayBooked(id, id === 'passed' ? '2026-05-31' : '2026-07-21', BOOKED),
    );
    await stage.see(...events, cancelled('ended'));
    const unknown = stayBooked('unknown', '2026-07-21', BOOKED);
    expect((await scoredAfter(...events, unknown)).map(({ subject }) => subject)).toEqual(['coming']);
  });

  it('is told of confirmed bookings of tours too', async () => {
    const placed = pastEvent(
      'booking-b1',
      'booking.placed.v1',
      {
        bookingId: 'b1',
        testMode: false,
        seller: 'api-key:1',
        channel: 'octo',
        productId: 'boat',
        optionId: 'shared',
        departure: { localDate: '2026-06-11' },
        unitItems: [{ paxCount: 2 }],
        pricing: { retail: 5_000 },
        contact: { country: 'BR' },
      },
      BOOKED,
    );
    const confirmed = pastEvent(
      'booking-b1',
      'booking.confirmed.v1',
      { bookingId: 'b1', contact: { country: 'BR' } },
      BOOKED,
    );
    await stage.see(placed, confirmed);
    const [scored] = await scoredAfter(confirmed);
    expect(dataOf(scored)).toMatchObject({
      subjectKind: 'booking',
      subjectId: 'b1',
      date: '2026-06-11',
      atRisk: false,
    });
    expect(dataOf(scored).probability).toBeCloseTo(chance(0.1 + 0.05));
  });

  it('is told daily of all that are coming, under the name of the run', async () => {
    const stays = Array.from({ length: 230 }, (_, at) => stayBooked(`many-${at}`, '2026-07-21', BOOKED));
    await stage.see(...stays, stayBooked('many-past', '2026-05-31', BOOKED), cancelled('many-0'));
    const scored = await daily('2026-06-01');
    expect(scored.filter(({ subject }) => subject.startsWith('many-'))).toHaveLength(229);
    expect(new Set(scored.map(({ causationId }) => causationId))).toEqual(new Set(['2026-06-01']));
    expect(await daily('2026-06-01')).toEqual(scored);
  });

  it('moves with the days that pass', async () => {
    await stage.see(stayBooked('moving', '2026-09-01', BOOKED));
    const probability = async () => dataOf((await daily()).find(({ subject }) => subject === 'moving')).probability;
    const early = await probability();
    stage.now = '2026-08-31T12:00:00.000Z';
    const late = await probability();
    stage.now = '2026-06-01T12:00:00.000Z';
    expect(late).toBeLessThan(early);
  });

  it('is how often it happened to others of the company while no model can answer, and marks nobody', async () => {
    const ofOther = (event: RecordedEvent): RecordedEvent => ({ ...event, tenant: 'tenant-2' });
    const booked = ofOther(stayBooked('coming-2', '2026-07-21', BOOKED));
    const ended = ['a', 'b', 'c'].flatMap((id) => [
      ofOther(stayBooked(id, '2026-05-20', BOOKED)),
      ofOther(id === 'c' ? cameIn(id) : cancelled(id)),
    ]);
    await stage.see(booked, ...ended);
    const [scored] = await scoredAfter(booked);
    // Two of three were lost: Laplace's rule says (2 + 1) / (3 + 2).
    expect(dataOf(scored)).toMatchObject({
      probability: 0.6,
      atRisk: false,
      version: null,
      fallback: 'base-rate',
      reasons: [],
      inputsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(stage.warnings).toEqual([]);
  });

  it('falls back with a warning from a model whose features nobody has', async () => {
    const features = [
      { name: 'days-to-arrival', kind: 'number' as const, unit: '1' },
      { name: 'star-sign', kind: 'number' as const, unit: '1' },
    ];
    await stage.serve(
      'cancellation',
      logisticModel(
        [
          ['days-to-arrival', 1],
          ['star-sign', 1],
        ],
        { features },
      ),
      '2.0.0',
    );
    const booked = stayBooked('starred', '2026-07-21', BOOKED);
    await stage.see(booked);
    // Until the new version is warm, the old one answers.
    await vi.waitFor(
      async () =>
        expect(dataOf((await scoredAfter(booked))[0])).toMatchObject({ version: null, fallback: 'base-rate' }),
      { timeout: 60_000, interval: 100 },
    );
    expect(stage.warnings.join()).toContain('star-sign');
  });
});
