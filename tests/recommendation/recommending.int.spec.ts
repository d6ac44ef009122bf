import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { customerIdOf } from '../../contracts/features/customer-id.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { predictionToWrite, writePredictions } from '../../ml/predicting/prediction-writer.ts';
import type { NewPrediction, PredictorContext } from '../../ml/predicting/predictor.ts';
import { recommendationPredictor } from '../../ml/recommendation/recommendation-predictor.ts';
import { recommendationTrainer } from '../../ml/recommendation/recommendation-trainer.ts';
import { customerInteractions } from '../../projections/features/interactions.ts';
import { predictions } from '../../projections/predictions/predictions.ts';
import { openServingStage, type ServingStage } from '../ml/serving-stage.ts';
import { aDeparture, aProduct } from '../query-side/travel-fixtures.ts';
import { booked, recorded, tastefulBookings } from './made-bookings.ts';

const tenant = 'tenant-1';
const NOW = '2026-06-29T12:00:00.000Z';
const market = { customers: 200, tastes: 5, productsOfTaste: 8, bookings: 1_500 };
const bookings = tastefulBookings(market).map((event) => ({ ...event, tenant }));
const productIds = Array.from({ length: 40 }, (_, at) => `taste${Math.floor(at / 8)}-${at % 8}`);

let serving: ServingStage;
let dataDir: string;
let documents: Documents;

/** A product of a taste: its category is the taste. */
const product = (id: string, over: Partial<ProductView> = {}): ProductView => {
  const { details } = aProduct();
  const categories = [id.replace(/-.*/, '')];
  return aProduct({ id, tenant, details: { ...details, categories, internalName: id }, texts: {}, ...over });
};

const put = (collection: string, ...items: readonly { readonly id: string }[]) =>
  documents.commit(items.map((item) => ({ collection, id: item.id, put: { ...item } })));

const openDeparture = (productId: string, over: object = {}) =>
  aDeparture({ id: `d-${productId}`, tenant, productId, ...over });

/** Folds events into a view as the runner does, each into its document. */
const fold = async (events: readonly RecordedEvent[]): Promise<void> => {
  const states = new Map<string, object | undefined>();
  for (const event of events) {
    const id = customerInteractions.key(event) ?? '';
    const before = states.has(id) ? states.get(id) : await documents.get('customer-interactions', id);
    states.set(id, customerInteractions.evolve(before as never, event));
  }
  await documents.commit(
    [...states].map(([id, document]) =>
      document === undefined
        ? { collection: 'customer-interactions', id, remove: true as const }
        : { collection: 'customer-interactions', id, put: { ...document } },
    ),
  );
};

const context = (): PredictorContext => ({
  documents,
  collection: (view) => view,
  models: serving.client,
  clock: () => NOW,
  onWarning: (message) => expect.fail(message),
});

const afterBooking = async (...events: readonly RecordedEvent[]): Promise<readonly NewPrediction[]> => {
  await fold(events);
  const confirmations = events.filter(({ type }) => recommendationPredictor.handles?.includes(type));
  return (await recommendationPredictor.onEvents?.(confirmations, context())) ?? [];
};

const daily = async (): Promise<readonly NewPrediction[]> => {
  const made: NewPrediction[] = [];
  for await (const part of recommendationPredictor.onSchedule?.(tenant, '2026-06-29', context()) ?? [])
    made.push(...part);
  return made;
};

/** Folds predictions into their view as the runner does. */
const keep = (...made: readonly NewPrediction[]) =>
  put(
    'predictions',
    ...made.map((one) => {
      const { stream, envelope } = predictionToWrite(one, NOW);
      const event = { ...envelope, stream, revision: 0, position: 1, recordedAt: NOW };
      return { ...predictions.evolve(undefined, event), id: predictions.key(event) ?? '' };
    }),
  );

const dataOf = (prediction: NewPrediction | undefined) => {
  if (prediction?.event.type !== 'recommendations.refreshed.v1') throw new Error('no list was made');
  return prediction.event.data;
};

const idsIn = (prediction: NewPrediction | undefined) => dataOf(prediction).items.map(({ productId }) => productId);

const anaBooks = (productId: string, number = 1) =>
  booked(`ana-${number}`, productId, 'ana@example.org', '2026-06-29T09:00:00.000Z').map((event) => ({
    ...event,
    tenant,
  }));

beforeAll(async () => {
  serving = await openServingStage();
  const collector = recommendationTrainer.collector({ tenant, asOf: NOW });
  for (const event of bookings) collector.add(event);
  const { onnx, manifest } = await recommendationTrainer.train(collector.finish(), { version: '1.0.0' });
  await serving.models.add('recommendation', '1.0.0', { onnx, manifest });
});

afterAll(() => serving.close());

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'recommendation-'));
  documents = await openDocuments({ dataDir });
  await fold(bookings);
  await put('products', ...productIds.map((id) => product(id)));
  await put('departures', ...productIds.map((id) => openDeparture(id)));
  serving.models.set('recommendation', {
    live: (await serving.models.stages.version(tenant, 'recommendation', '1.0.0')) ?? null,
  });
  return async () => {
    await documents.close();
    await rm(dataDir, { recursive: true });
  };
});

describe('recommending to a customer', () => {
  it('lists what customers of the same products booked, best first, with reasons', async () => {
    const [made] = await afterBooking(...anaBooks('taste2-1'));
    const data = dataOf(made);
    expect(made?.subject).toBe(customerIdOf(tenant, 'ana@example.org'));
    expect(data).toMatchObject({ subjectKind: 'customer', model: 'recommendation', version: '1.0.0', fallback: null });
    expect(
      idsIn(made)
        .slice(0, 3)
        .filter((id) => id.startsWith('taste2')),
    ).toHaveLength(3);
    expect(idsIn(made)).not.toContain('taste2-1');
    expect(data.items[0]?.why).toBe('booked by travellers who booked taste2-1');
    expect(data.reasons[0]).toMatchObject({ feature: 'booked', value: 'taste2-1' });
  });

  it('never lists what is sold out, closed, past, unpublished or gone', async () => {
    await put('departures', openDeparture('taste2-2', { vacancies: 0 }));
    await put('departures', openDeparture('taste2-3', { closedReason: 'storm' }));
    await put(
      'departures',
      openDeparture('taste2-4', { localDate: '2026-06-01', cutoffAt: '2026-06-01T06:00:00.000Z' }),
    );
    await put('products', product('taste2-5', { published: false }));
    await documents.commit([{ collection: 'products', id: 'taste2-6', remove: true }]);
    const lists = [...(await afterBooking(...anaBooks('taste2-1'))), ...(await daily())];
    expect(lists.length).toBeGreaterThan(30);
    for (const list of lists)
      for (const gone of ['taste2-2', 'taste2-3', 'taste2-4', 'taste2-5', 'taste2-6'])
        expect(idsIn(list), `${dataOf(list).subjectKind} ${dataOf(list).subjectId}`).not.toContain(gone);
    expect(idsIn(lists[0])).toContain('taste2-7');
  });

  it('lists a new product that is like what was booked, though no model knows it', async () => {
    await put('products', product('taste2-brand-new'), product('taste4-brand-new'));
    await put('departures', openDeparture('taste2-brand-new'), openDeparture('taste4-brand-new'));
    const [made] = await afterBooking(...anaBooks('taste2-1'));
    const place = (id: string) => idsIn(made).indexOf(id);
    expect(place('taste2-brand-new')).toBeGreaterThanOrEqual(0);
    expect(place('taste2-brand-new')).toBeLessThan(10);
    expect(place('taste2-brand-new')).toBeLessThan(place('taste4-brand-new'));
    expect(dataOf(made).items[place('taste2-brand-new')]?.why).toMatch(/^like taste2-/);
  });

  it('says nothing of who is not known', async () => {
    const nobody = booked('b-nobody', 'taste1-1', '', '2026-06-29T09:00:00.000Z').map((event) => ({
      ...event,
      tenant,
    }));
    expect(await afterBooking(...nobody)).toEqual([]);
  });

  it('makes one list of a customer whose bookings all come at once, after the last', async () => {
    const later = booked('ana-2', 'taste2-2', 'ana@example.org', '2026-06-29T10:00:00.000Z').map((event) => ({
      ...event,
      tenant,
    }));
    const made = await afterBooking(...anaBooks('taste2-1'), ...later);
    expect(made.map(({ causationId }) => causationId)).toEqual([later[1]?.id]);
    expect(idsIn(made[0])).not.toContain('taste2-1');
    expect(idsIn(made[0])).not.toContain('taste2-2');
  });

  it('falls back to what is popular while the model is away, and says so', async () => {
    serving.models.set('recommendation', { live: null });
    const [made] = await afterBooking(...anaBooks('taste2-1'));
    expect(dataOf(made)).toMatchObject({ model: 'recommendation', version: null, fallback: 'popularity', reasons: [] });
    expect(idsIn(made).length).toBeGreaterThan(20);
    expect(idsIn(made)).not.toContain('taste2-1');
  });

  it('writes nothing twice when an event comes again', async () => {
    const eventStore = await openEventStore({ dataDir });
    const events = anaBooks('taste2-1');
    const write = async () =>
      writePredictions(
        eventStore,
        (await afterBooking(...events)).map((made) => predictionToWrite(made, NOW)),
      );
    await write();
    await write();
    const stream = `prediction-recommendation.${tenant}.${customerIdOf(tenant, 'ana@example.org')}`;
    let written = 0;
    for await (const batch of eventStore.readStream(stream)) written += batch.length;
    await eventStore.close();
    expect(written).toBe(1);
  });
});

describe('the daily run', () => {
  it('lists what is popular of late, and what goes with each product', async () => {
    const [everyone, ...rest] = await daily();
    expect(dataOf(everyone)).toMatchObject({ subjectKind: 'everyone', subjectId: 'everyone', model: 'popularity' });
    expect(idsIn(everyone)).toHaveLength(30);
    const of = (id: string) => rest.find(({ subject }) => subject === id);
    expect(rest).toHaveLength(productIds.length);
    expect(
      idsIn(of('taste3-1'))
        .slice(0, 3)
        .every((id) => id.startsWith('taste3')),
    ).toBe(true);
    expect(idsIn(of('taste3-1'))).not.toContain('taste3-1');
  });

  it('tells a list again only when it is another', async () => {
    const first = await daily();
    await keep(...first);
    expect(await daily()).toEqual([]);
    await put('departures', openDeparture('taste3-1', { vacancies: 0 }));
    const again = await daily();
    expect(again.length).toBeGreaterThan(0);
    for (const list of again) expect(idsIn(list)).not.toContain('taste3-1');
  });

  it('empties the list of a customer who was forgotten', async () => {
    const events = anaBooks('taste2-1');
    const [made] = await afterBooking(...events);
    if (made === undefined) throw new Error('a list was made');
    await keep(made);
    expect((await daily()).filter(({ subject }) => subject === made.subject)).toEqual([]);
    await fold([
      { ...recorded({ type: 'booking.contact-forgotten.v1', data: { bookingId: 'ana-1' } }, NOW, 2), tenant },
    ]);
    const emptied = (await daily()).filter(({ subject }) => subject === made.subject);
    expect(emptied).toHaveLength(1);
    expect(dataOf(emptied[0]).items).toEqual([]);
  });
});
