import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { addDays } from '../../contracts/local-date.ts';
import { bookingBought, pastEvent } from '../../tests/ml/past-events.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import { TooLittleDataError } from '../training/trainer.ts';
import { churnTrainer } from './churn-trainer.ts';

const FROM = '2025-01-01';
const AS_OF = '2026-06-01T00:00:00.000Z';
/** 91 days before. */
const NEWEST = '2026-03-02';

/** Customers who buy every month or so; two in five stop at some time, and half of those had cancelled first. */
const history = (customers: number): readonly RecordedEvent[] => {
  const random = seededRandom(1);
  return Array.from({ length: customers }, (_, customer) => {
    const stops = random() < 0.4 ? random() * 500 : Number.POSITIVE_INFINITY;
    const events: RecordedEvent[] = [];
    for (let day = random() * 60; day < Math.min(stops, 516); day += 15 + random() * 40) {
      const time = `${addDays(FROM, Math.floor(day))}T12:00:00.000Z`;
      events.push(...bookingBought(`${customer}-${events.length}`, `c${customer}@example.com`, time));
    }
    return events;
  }).flat();
};

const collected = (events: readonly RecordedEvent[], asOf = AS_OF) => {
  const collector = churnTrainer.collector({ tenant: 'tenant-1', asOf });
  for (const event of events) collector.add(event);
  return collector.finish();
};
const tableOf = (events: readonly RecordedEvent[], asOf = AS_OF) => {
  const { columns, rows } = churnTrainer.table(collected(events, asOf));
  const names = columns.map(({ name }) => name);
  return [...rows].map((row) => Object.fromEntries(row.map((value, at) => [names[at] ?? '', value])));
};

describe('the training set of churn', () => {
  const log = history(300);

  it('is snapshots a month apart whose horizon has passed before the newest, and the newest whose horizon has passed', () => {
    const dates = [...new Set(tableOf(log).map(({ date }) => date))];
    expect(dates).toEqual(['2025-09-30', '2025-10-30', '2025-11-30', NEWEST]);
    expect(addDays('2025-11-30', 91) <= NEWEST).toBe(true);
    expect(addDays(NEWEST, 91) <= AS_OF.slice(0, 10)).toBe(true);
  });

  it('as of a day is the same whether the log goes on after it or not', () => {
    const asOf = '2026-04-01T00:00:00.000Z';
    expect(tableOf(log, asOf)).toEqual(
      tableOf(
        log.filter(({ time }) => time <= asOf),
        asOf,
      ),
    );
  });

  it('tells in a row nothing that happened after its snapshot but the outcome', () => {
    const before = tableOf(log).filter(({ date }) => date === NEWEST);
    const cut = tableOf(log.filter(({ time }) => time < NEWEST)).filter(({ date }) => date === NEWEST);
    const withoutOutcome = ({ churned: _, ...row }: (typeof cut)[number]) => row;
    expect(before.map(withoutOutcome)).toEqual(cut.map(withoutOutcome));
    expect(cut.every(({ churned }) => churned === 1)).toBe(true);
    expect(before.some(({ churned }) => churned === 0)).toBe(true);
  });

  it('counts who bought within the horizon as a customer, to the day', () => {
    const labelOf = (time: string): unknown => {
      const events = [
        ...bookingBought('one', 'a@example.com', '2026-01-01T12:00:00.000Z'),
        ...bookingBought('two', 'a@example.com', time),
      ];
      return tableOf(events).find(({ date }) => date === NEWEST)?.churned;
    };
    expect(labelOf('2026-03-02T12:00:00.000Z')).toBe(0);
    expect(labelOf('2026-05-31T23:59:59.000Z')).toBe(0);
    expect(labelOf('2026-06-01T00:00:01.000Z')).toBe(1);
    expect(labelOf('2026-02-02T12:00:00.000Z')).toBe(1);
  });

  it('has nothing of a person who was forgotten', () => {
    const bought = bookingBought('one', 'a@example.com', '2026-01-01T12:00:00.000Z');
    expect(tableOf(bought)).toHaveLength(1);
    const forgotten = pastEvent(
      'booking-one',
      'booking.contact-forgotten.v1',
      { bookingId: 'one' },
      '2026-05-01T12:00:00.000Z',
    );
    expect(tableOf([...bought, forgotten])).toEqual([]);
  });
});

describe('a model of churn', () => {
  it('tells who will not come again better than the base rate does', async () => {
    const { manifest, holdOut, card } = await churnTrainer.train(collected(history(400)), { version: '1.0.0' });
    const { auc = 0, logLoss = 1, baselineLogLoss = 0 } = manifest.metrics;
    expect(auc).toBeGreaterThan(0.9);
    expect(logLoss).toBeLessThan(baselineLogLoss * 0.7);
    expect(manifest).toMatchObject({
      name: 'churn',
      task: 'churn',
      preprocessing: { horizonDays: 91, threshold: 0.5 },
      training: { from: '2025-09-30', until: '2025-11-30' },
    });
    expect(manifest.features?.map(({ name }) => name)).toContain('recency');
    expect(holdOut.rows).toBeGreaterThan(350);
    expect(card.title).toBe('churn 1.0.0');
  });

  it('is the same file for the same data and seed', async () => {
    const data = collected(history(150));
    const train = async (seed: number) => (await churnTrainer.train(data, { version: '1.0.0', seed })).onnx;
    expect(await train(3)).toEqual(await train(3));
    expect(await train(3)).not.toEqual(await train(4));
  });

  it('needs customers who had bought before the newest snapshot, and enough of either outcome', async () => {
    const train = async (events: readonly RecordedEvent[]) =>
      churnTrainer.train(collected(events), { version: '1.0.0' });
    await expect(train([])).rejects.toThrow(`no customer had bought anything by ${NEWEST}`);
    await expect(train(history(10))).rejects.toThrow(TooLittleDataError);
    await expect(train(history(10))).rejects.toThrow('training needs 20 rows of either outcome');
  });
});
