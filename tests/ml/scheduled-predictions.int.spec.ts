import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicId } from '../../contracts/ids.ts';
import { until } from '../projections/running-views.ts';
import { away } from './lead-time-model.ts';
import { leadTimePredictor } from './lead-time-predictor.ts';
import { booked, openPredictingStage, type PredictingStage } from './predicting-stage.ts';

const QUEUE = 'ml-run-cancellation';
const { handles: _, onEvents: __, ...onSchedule } = leadTimePredictor;

let stage: PredictingStage;
beforeEach(async () => {
  stage = await openPredictingStage();
  // Jobs wait by the clock of the machine: a day that is far ahead comes only when the test says so.
  stage.setTime('2090-07-02T08:00:00.000Z');
  await stage.appendStay(booked('a', 10));
  const position = await stage.appendStay(booked('b', 100));
  await stage.liveViews.waitFor('stays', position, 5_000);
});
afterEach(() => stage.close());

/** Registers a company; its first run, which waits for its history to come, is moved to now. */
const register = async (tenant: string) => {
  await stage.appendTo(
    `tenant-${tenant}`,
    { type: 'tenant.registered.v1', data: { tenantId: tenant, name: tenant, country: null, contactEmail: 'a@b.pt' } },
    tenant,
    deterministicId(tenant),
  );
  await until(async () => (await waitingFor(tenant)) !== undefined);
  await stage.jobs.reschedule(QUEUE, tenant, new Date().toISOString());
};
const promote = (version: string, model = 'cancellation') =>
  stage.appendTo(
    `model-tenant-a:${model}`,
    { type: 'model.promoted.v1', data: { name: model, version, previous: null, reason: 'better' } },
    'tenant-a',
    deterministicId(model, version),
  );
const waitingFor = (id: string) => stage.jobs.find(QUEUE, id);
/** The tenant's job waits for a day that has not come. */
const ran = (slot: string) =>
  until(async () => {
    const job = await waitingFor('tenant-a');
    return job?.state === 'waiting' && job.data.ran === slot;
  });

describe('predicting on schedule', () => {
  it('runs once a day for each tenant over its own subjects, and not twice on a day', async () => {
    await stage.start({ predictors: [onSchedule] });
    await register('tenant-a');
    await register('tenant-b');
    await ran('2090-07-02');
    const first = await stage.predictions();
    expect(first.map(({ stream, causationId }) => [stream, causationId])).toEqual([
      ['prediction-cancellation.tenant-a.a', '2090-07-02'],
      ['prediction-cancellation.tenant-a.b', '2090-07-02'],
    ]);

    // The same day again, as after a restart or when somebody moves the job.
    await stage.jobs.reschedule(QUEUE, 'tenant-a', new Date().toISOString());
    await ran('2090-07-02');
    expect(await stage.predictions()).toHaveLength(2);

    stage.setTime('2090-07-03T00:00:01.000Z');
    await stage.jobs.reschedule(QUEUE, 'tenant-a', new Date().toISOString());
    await ran('2090-07-03');
    expect((await stage.predictions()).slice(2).map(({ causationId }) => causationId)).toEqual([
      '2090-07-03',
      '2090-07-03',
    ]);
  });

  it('looks soon again at a tenant that has nothing to predict yet', async () => {
    await stage.start({ predictors: [onSchedule] });
    await register('tenant-c');
    const looksOf = async () => (await waitingFor('tenant-c'))?.data;
    await until(async () => (await looksOf())?.looks === 1);
    const position = await stage.appendStay(booked('c', 50), 'tenant-c');
    await stage.liveViews.waitFor('stays', position, 5_000);
    await stage.jobs.reschedule(QUEUE, 'tenant-c', new Date().toISOString());
    await until(async () => (await looksOf())?.ran === '2090-07-02');
    expect((await stage.predictions()).map(({ stream }) => stream)).toEqual(['prediction-cancellation.tenant-c.c']);
  });

  it('goes on where it was cut off, and writes what it had written no second time', async () => {
    let cutOff = true;
    const predictor = {
      ...onSchedule,
      onSchedule: async function* (...given: Parameters<NonNullable<typeof leadTimePredictor.onSchedule>>) {
        for await (const part of leadTimePredictor.onSchedule?.(...given) ?? []) {
          yield part;
          if (cutOff) throw new Error('the features can not be read');
        }
      },
    };
    await stage.start({ predictors: [predictor] });
    await register('tenant-a');
    await until(async () => (await waitingFor('tenant-a'))?.data.failures === 1);
    expect(await stage.predictions()).toHaveLength(1);
    expect(stage.warnings.join()).toContain('the run 2090-07-02 of cancellation for tenant-a failed');

    cutOff = false;
    await stage.jobs.reschedule(QUEUE, 'tenant-a', new Date().toISOString());
    await ran('2090-07-02');
    expect((await stage.predictions()).map(({ stream }) => stream)).toEqual([
      'prediction-cancellation.tenant-a.a',
      'prediction-cancellation.tenant-a.b',
    ]);
  });

  it('runs again soon where only a fallback answered, and replaces what the fallback said', async () => {
    stage.model.state.refuse = away();
    await stage.start({ predictors: [onSchedule], againAfterMs: 3_600_000 });
    await register('tenant-a');
    await until(async () => (await waitingFor('tenant-a'))?.data.turn === 1);
    expect((await stage.predictions()).map(({ data }) => data.fallback)).toEqual(['base-rate', 'base-rate']);

    stage.model.state.refuse = undefined;
    await stage.jobs.reschedule(QUEUE, 'tenant-a', new Date().toISOString());
    await ran('2090-07-02');
    expect((await stage.predictions()).slice(2).map(({ data }) => data.version)).toEqual(['1.0.0', '1.0.0']);
  });

  it('runs once more after another version of its own model goes live', async () => {
    await stage.start({ predictors: [onSchedule] });
    await register('tenant-a');
    await ran('2090-07-02');
    await promote('1.1.0', 'demand');
    const cause = deterministicId('cancellation', '1.1.0');
    await promote('1.1.0');
    await until(async () => (await waitingFor(`tenant-a_${cause}`)) !== undefined);
    await stage.jobs.reschedule(QUEUE, `tenant-a_${cause}`, new Date().toISOString());
    await until(async () => (await stage.predictions()).length === 4);
    await until(async () => (await waitingFor(`tenant-a_${cause}`)) === undefined);
    expect((await stage.jobs.counts(QUEUE)).waiting).toBe(1);
    expect((await stage.predictions()).slice(2).map(({ causationId }) => causationId)).toEqual([cause, cause]);
  });
});
