import { readFileSync } from 'node:fs';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { addDays } from '../../contracts/local-date.ts';
import { openJobs } from '../../infra/jobs/open-jobs.ts';
import { createMetrics } from '../../infra/telemetry/metrics.ts';
import type { PredictingDependencies } from '../../ml/predicting/predicting-dependencies.ts';
import { predictingMetrics } from '../../ml/predicting/predicting-metrics.ts';
import { startPredicting } from '../../ml/predicting/start-predicting.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { openStage } from '../projections/running-views.ts';
import { leadTimeModel } from './lead-time-model.ts';
import { leadTimePredictor } from './lead-time-predictor.ts';

export const BOOKED_AT = '2026-07-01T10:00:00.000Z';

type StayBooked = Extract<StayEvent, { type: 'stay.booked.v1' }>;
const stored = new URL('../contracts/events/stored/stay.booked.v1.json', import.meta.url);
const { data: someStay } = JSON.parse(readFileSync(stored, 'utf8')) as StayBooked;

/** A stay in the City Hotel that is booked `leadDays` ahead. */
export const booked = (stayId: string, leadDays: number, country: string | null = 'PT'): StayBooked => {
  const arrivalDate = addDays(BOOKED_AT.slice(0, 10), leadDays);
  const terms = { ...someStay.terms, hotelId: 'city-hotel', arrivalDate };
  return { type: 'stay.booked.v1', data: { ...someStay, stayId, country, terms } };
};

/** A prediction as it stands in the log. */
export type RecordedPrediction = RecordedEvent & PredictionEvent;

/** The embedded engines with relay, views, a model, and a clock that the test moves. `start` starts the role ml. */
export const openPredictingStage = async () => {
  const stage = await openStage();
  const views = ['stays', 'predictions'];
  const runner = stage.runner(allProjections.filter(({ name }) => views.includes(name)));
  await runner.start();
  const jobs = await openJobs({ dataDir: stage.dataDir });
  const model = await leadTimeModel();
  const warnings: string[] = [];
  const metrics = createMetrics(false);
  let now = '2026-07-02T08:00:00.000Z';
  let running: { stop(): Promise<void> } | undefined;
  const deps: PredictingDependencies = {
    bus: stage.bus,
    jobs,
    eventStore: stage.eventStore,
    documents: stage.documents,
    views: runner.liveViews,
    models: model.models,
    stages: model.stages,
    predictors: [leadTimePredictor],
    clock: () => now,
    onWarning: (message) => warnings.push(message),
    metrics: predictingMetrics(metrics),
  };
  const append = (stream: string, event: { type: string; data: unknown }, tenant: string, id: string) =>
    stage.append(stream, {
      ...event,
      id,
      time: BOOKED_AT,
      tenant,
      actor: 'user:ana',
      correlationId: id,
      causationId: id,
    });
  return {
    ...stage,
    jobs,
    model,
    warnings,
    metrics,
    deps,
    liveViews: runner.liveViews,
    setTime: (instant: string) => {
      now = instant;
    },
    start: async (changes: Partial<PredictingDependencies> = {}) => {
      running = await startPredicting({ ...deps, ...changes });
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
    },
    appendStay: (event: StayEvent, tenant = 'tenant-a', id = deterministicId(event.data.stayId, event.type)) =>
      append(`stay-${event.data.stayId}`, event, tenant, id),
    appendTo: append,
    predictions: async (): Promise<readonly RecordedPrediction[]> =>
      (await stage.log()).filter(({ stream }) => stream.startsWith('prediction-')) as readonly RecordedPrediction[],
    close: async () => {
      await running?.stop();
      await jobs.close();
      await model.models.close();
      await stage.close();
    },
  };
};
export type PredictingStage = Awaited<ReturnType<typeof openPredictingStage>>;
