import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { predictionEvents } from '../../contracts/events/predictions.ts';
import { predictionView } from '../../contracts/views/prediction.ts';
import { forecastsMade } from './forecasts-made.ts';
import { predictionAnalytics } from './prediction-analytics.ts';
import { predictions } from './predictions.ts';

const folder = new URL('../../tests/contracts/events/stored/', import.meta.url);
const stored = (type: string) => JSON.parse(readFileSync(new URL(`${type}.json`, folder), 'utf8')) as RecordedEvent;
const types = Object.keys(predictionEvents);
const viewOf = (event: RecordedEvent) => {
  const view = predictions.evolve(undefined, event);
  if (view === undefined) throw new Error('no document');
  return view;
};

describe('the view of predictions', () => {
  it.each(types)('is what its contract says (%s)', (type) => {
    const event = stored(type);
    const view = viewOf(event);
    expect(predictionView.parse(view)).toEqual(view);
    expect(`prediction-${view.id}`).toBe(event.stream);
    expect(view.id).toBe(`${view.kind}.${view.tenant}.${view.subject}`);
    expect(predictions.key(event)).toBe(view.id);
  });

  it('keeps the latest of a stream, and a subject with dots whole', () => {
    const event = stored('recommendations.refreshed.v1');
    const dotted = { ...event, stream: `prediction-recommendation.${event.tenant}.a.b` };
    expect(viewOf(dotted).subject).toBe('a.b');
    const later = { ...event, time: '2026-12-01T02:00:00.000Z' };
    expect(predictions.evolve(viewOf(event), later)?.predictedAt).toBe(later.time);
  });
});

describe('what analysts see of a prediction', () => {
  const indexed = (type: string) => predictionAnalytics.search?.toSearch(viewOf(stored(type)));

  it.each([
    ['demand.forecasted.v1', { kind: ['demand'], mainReason: ['on-the-books'] }, { days: 2 }],
    ['price.proposed.v1', { currency: ['EUR'] }, { current: 4500, proposed: 4900 }],
    ['customer.churn-scored.v1', { atRisk: ['true'], version: ['1.2.0'] }, { probability: 0.62, days: 180 }],
    ['booking.cancellation-scored.v1', { version: [], fallback: ['base-rate'] }, { probability: 0.37 }],
    ['recommendations.refreshed.v1', { subject: ['everyone'] }, { items: 1 }],
  ])('is its figures (%s)', (type, keywords, numbers) => {
    expect(indexed(type)).toMatchObject({ keywords, numbers });
    const { schema } = predictionAnalytics.search ?? {};
    expect(schema?.keywords).toEqual(expect.arrayContaining(Object.keys(indexed(type)?.keywords ?? {})));
    expect(schema?.numbers).toEqual(expect.arrayContaining(Object.keys(indexed(type)?.numbers ?? {})));
  });

  it('does not tell which customer it is about', () => {
    const event = stored('customer.churn-scored.v1');
    const { customerId } = event.data as { customerId: string };
    expect(JSON.stringify(indexed(event.type))).not.toContain(customerId);
  });
});

describe('the forecasts that are kept to be compared', () => {
  const forecast = (asOf: string, mean: number) => {
    const interval = { lower80: mean, upper80: mean, lower95: mean, upper95: mean };
    const days = Array.from({ length: 30 }, (_, at) => {
      const date = new Date(Date.parse(asOf) + (at + 1) * 86_400_000).toISOString().slice(0, 10);
      return { date, mean, ...interval };
    });
    const event = stored('demand.forecasted.v1');
    return { ...event, data: { ...(event.data as object), asOf, days } };
  };
  const folded = (...events: readonly RecordedEvent[]) =>
    events.reduce<ReturnType<typeof forecastsMade.evolve>>(
      (made, event) => forecastsMade.evolve(made, event),
      undefined,
    );

  it('are those of a day, a week and four weeks ahead, the last of several', () => {
    const made = folded(forecast('2026-07-01', 5), forecast('2026-07-01', 6));
    expect(made?.forecasts.map(({ date, lead, mean }) => [date, lead, mean])).toEqual([
      ['2026-07-02', 1, 6],
      ['2026-07-08', 7, 6],
      ['2026-07-29', 28, 6],
    ]);
  });

  it('are dropped 90 days after, also when an older one comes late', () => {
    const made = folded(forecast('2026-07-01', 5), forecast('2026-11-01', 6), forecast('2026-07-02', 7));
    expect(made?.asOf).toBe('2026-11-01');
    expect(made?.forecasts.every(({ date }) => date >= '2026-08-03')).toBe(true);
    expect(made?.forecasts).toHaveLength(3);
  });
});
