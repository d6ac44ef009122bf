import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicId } from '../../contracts/ids.ts';
import { predictionIdOf } from '../../contracts/views/prediction.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import { OverloadedError } from '../../infra/overloaded-error.ts';
import { failingDocuments } from '../projections/failing-documents.ts';
import { until } from '../projections/running-views.ts';
import { away } from './lead-time-model.ts';
import { leadTimePredictor } from './lead-time-predictor.ts';
import { booked, openPredictingStage, type PredictingStage } from './predicting-stage.ts';

let stage: PredictingStage;
beforeEach(async () => {
  stage = await openPredictingStage();
});
afterEach(() => stage.close());

const written = (count: number) => until(async () => (await stage.predictions()).length >= count);

/** A bus that begins from the start of the log for every group, as a new one does. */
const fromTheStart = (): EventBus => ({
  ...stage.bus,
  publish: stage.bus.publish.bind(stage.bus),
  publishedUpTo: stage.bus.publishedUpTo.bind(stage.bus),
  close: stage.bus.close.bind(stage.bus),
  consume: (options) => stage.bus.consume({ ...options, group: `${options.group}-from-the-start` }),
});

describe('predicting after events', () => {
  it('writes one event a subject, with model, version and cause, and it appears in the view', async () => {
    await stage.start();
    await stage.appendStay(booked('near', 1));
    await stage.appendStay(booked('far', 300));
    await written(2);

    const predictions = await stage.predictions();
    expect(predictions.map(({ stream, tenant, actor, data }) => ({ stream, tenant, actor, data }))).toMatchObject([
      { stream: 'prediction-cancellation.tenant-a.near', tenant: 'tenant-a', actor: 'system:ml' },
      { data: { model: 'cancellation', version: '1.0.0', fallback: null, atRisk: true } },
    ]);
    const cause = (await stage.log()).find(({ stream }) => stream === 'stay-far');
    expect(predictions[1]).toMatchObject({ causationId: cause?.id, correlationId: cause?.id });

    await stage.liveViews.waitFor('predictions', predictions[1]?.position ?? 0, 5_000);
    const id = predictionIdOf('cancellation', 'tenant-a', 'far');
    expect(await stage.documents.get(stage.liveViews.collection('predictions'), id)).toMatchObject({
      id,
      kind: 'cancellation',
      subject: 'far',
      subjectKind: 'stay',
      version: '1.0.0',
      payload: { subjectId: 'far', atRisk: true },
    });
  });

  it('writes nothing twice when the log comes again from its start, and does not even ask the model', async () => {
    await stage.start();
    await stage.appendStay(booked('a', 10));
    await stage.appendStay(booked('b', 20));
    await written(2);
    await stage.stop();
    const { calls } = stage.model.state;

    await stage.start({ bus: fromTheStart() });
    await stage.appendStay(booked('c', 30));
    await written(3);
    expect(await stage.predictions()).toHaveLength(3);
    expect(stage.model.state.calls).toBe(calls + 1);
  });

  it('writes nothing twice when it died between the append and its own record of it', async () => {
    const documents = failingDocuments(stage.documents);
    documents.failNext('before', 'before');
    await stage.start({ documents });
    await stage.appendStay(booked('a', 10));
    await written(1);
    await until(() => stage.model.state.calls > 2);
    expect(await stage.predictions()).toHaveLength(1);

    await stage.appendStay(booked('b', 20));
    await written(2);
    expect((await stage.predictions()).map(({ stream }) => stream)).toEqual([
      'prediction-cancellation.tenant-a.a',
      'prediction-cancellation.tenant-a.b',
    ]);
  });

  it('waits for the views that its features are in', async () => {
    let isBehind = true;
    const views = {
      collection: (view: string) => stage.liveViews.collection(view),
      waitFor: async (view: string, position: number, timeoutMs: number) =>
        !isBehind && stage.liveViews.waitFor(view, position, timeoutMs),
    };
    await stage.start({ views });
    await stage.appendStay(booked('a', 10));
    await until(() => stage.warnings.length > 0);
    expect(stage.model.state.calls).toBe(0);
    isBehind = false;
    await written(1);
  });

  it('keeps tenants apart', async () => {
    await stage.start();
    await stage.appendStay(booked('a', 10), 'tenant-a');
    await stage.appendStay(booked('b', 10), 'tenant-b');
    await written(2);
    const predictions = await stage.predictions();
    expect(predictions.map(({ stream, tenant }) => [stream, tenant])).toEqual([
      ['prediction-cancellation.tenant-a.a', 'tenant-a'],
      ['prediction-cancellation.tenant-b.b', 'tenant-b'],
    ]);
  });

  it('holds up only the stream of an event that it can not handle, and asks again for that one', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) await stage.appendStay(booked(id, 10, id === 'c' ? 'ZZ' : 'PT'));
    await stage.start({ againAfterMs: 3_600_000 });
    await written(4);
    await stage.appendStay(booked('f', 10));
    await written(5);
    expect((await stage.predictions()).map(({ data }) => 'subjectId' in data && data.subjectId)).not.toContain('c');
    expect(await stage.jobs.counts('ml-ask-again')).toEqual({ waiting: 1, running: 0, dead: 0 });
    expect(stage.warnings.join()).toContain('stay-c');
  });

  it('comes again with everything when every stream fails, because then something that all need is away', async () => {
    let isAway = true;
    const predictor = {
      ...leadTimePredictor,
      onEvents: (async (events, context) => {
        if (isAway) throw new Error('features can not be read');
        return (await leadTimePredictor.onEvents?.(events, context)) ?? [];
      }) satisfies NonNullable<typeof leadTimePredictor.onEvents>,
    };
    for (const id of ['a', 'b', 'c', 'd']) await stage.appendStay(booked(id, 10));
    await stage.start({ predictors: [predictor] });
    await until(() => stage.warnings.length > 0);
    isAway = false;
    await written(4);
    expect(await stage.jobs.counts('ml-ask-again')).toEqual({ waiting: 0, running: 0, dead: 0 });
  });

  it('refuses a prediction that is not what its kind says, and the log stays clean', async () => {
    const predictor = {
      ...leadTimePredictor,
      onEvents: (async (events, context) =>
        ((await leadTimePredictor.onEvents?.(events, context)) ?? []).map((prediction) =>
          prediction.subject === 'a' ? { ...prediction, kind: 'churn' } : prediction,
        )) satisfies NonNullable<typeof leadTimePredictor.onEvents>,
    };
    await stage.appendStay(booked('a', 10));
    await stage.appendStay(booked('b', 10));
    await stage.start({ predictors: [predictor] });
    await written(1);
    expect((await stage.predictions()).map(({ stream }) => stream)).toEqual(['prediction-cancellation.tenant-a.b']);
    expect(stage.warnings.join()).toContain('stay-a');
  });
});

describe('a model that is away', () => {
  it('is stood in for by the fallback, which is marked, and replaced when the model is back', async () => {
    stage.setTime('2090-07-02T08:00:00.000Z');
    stage.model.state.refuse = away();
    await stage.start();
    await stage.appendStay(booked('a', 10));
    await written(1);
    expect((await stage.predictions())[0]?.data).toMatchObject({ version: null, fallback: 'base-rate' });

    const job = `cancellation_${deterministicId('a', 'stay.booked.v1')}_model-away`;
    await until(async () => (await stage.jobs.find('ml-ask-again', job)) !== undefined);
    stage.model.state.refuse = undefined;
    await stage.jobs.reschedule('ml-ask-again', job, new Date().toISOString());
    await written(2);
    expect((await stage.predictions())[1]?.data).toMatchObject({ version: '1.0.0', fallback: null });
    await until(async () => (await stage.jobs.find('ml-ask-again', job)) === undefined);
    expect(await stage.predictions()).toHaveLength(2);
  });

  it('is not asked again while no version of it is live', async () => {
    stage.model.state.refuse = away();
    stage.model.state.live = false;
    await stage.start({ againAfterMs: 0 });
    await stage.appendStay(booked('a', 10));
    await written(1);
    await stage.appendStay(booked('b', 10));
    await written(2);
    expect(stage.model.state.calls).toBe(2);
    expect(await stage.jobs.counts('ml-ask-again')).toEqual({ waiting: 0, running: 0, dead: 0 });
  });

  it('but only busy is waited for: no fallback is written', async () => {
    stage.model.state.refuse = new OverloadedError('the queue is full');
    await stage.start();
    await stage.appendStay(booked('a', 10));
    await until(() => stage.model.state.calls > 2);
    expect(await stage.predictions()).toHaveLength(0);
    stage.model.state.refuse = undefined;
    await written(1);
    expect((await stage.predictions())[0]?.data).toMatchObject({ version: '1.0.0' });
  });
});
