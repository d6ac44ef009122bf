import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { ModelEvent } from '../../contracts/events/models.ts';
import type { Job, JobSpec, NextRun } from '../../infra/jobs/jobs.ts';
import { AGAIN_AFTER_MS, type PredictingDependencies } from './predicting-dependencies.ts';
import { predictionToWrite, replacingFallbacks, writePredictions } from './prediction-writer.ts';
import type { Predictor, PredictorContext } from './predictor.ts';
import { later, slotOf } from './slot.ts';

const MINUTE_MS = 60_000;
/** After as many failures of one run in a row, the next slot has to do. */
const MAX_FAILURES = 8;
const MAX_TURNS = 6;
/** A new tenant, whose history may just be coming in, is looked at again after 1, 2, 4, … minutes, so often. */
const MAX_LOOKS = 7;
/** A company that was just registered has its first products and history by then, as a rule. */
const AFTER_REGISTRATION_MS = 2 * MINUTE_MS;
/** A version that was promoted is served by all processes by then. */
const AFTER_PROMOTION_MS = 30_000;

interface RunData {
  readonly predictor: string;
  readonly tenant: string;
  /** The event that asks for a run beside the rhythm; null: the rhythm itself. */
  readonly cause: string | null;
  /** Slot of the last run that went well. */
  readonly ran?: string;
  readonly failures?: number;
  /** How often a slot was run again, and which: only a fallback answered though a version is live. */
  readonly turn?: number;
  readonly turnOf?: string;
  /** How often a tenant of which nothing could be predicted yet was looked at. */
  readonly looks?: number;
}

type Outcome = 'answered' | 'model-away' | 'nothing' | 'cut-off';

/** Stops what `predictOnSchedule` began. */
export interface ScheduledPredictions {
  stop(): Promise<void>;
}

/**
 * Runs a predictor over all subjects of each tenant, once in each slot of its rhythm, and once more when another version of its model goes
 * live: so what a fallback or an older version said is replaced. Its state is the job queue, a job for each tenant. A run that was
 * cut off begins again under the same name, so what it wrote already is not written twice. Undefined: it has no rhythm.
 */
export const predictOnSchedule = (
  predictor: Predictor,
  deps: PredictingDependencies,
  context: PredictorContext,
): ScheduledPredictions | undefined => {
  const { bus, jobs, eventStore, stages, clock, onWarning, metrics, againAfterMs = AGAIN_AFTER_MS } = deps;
  const { name, everyHours = 24, onSchedule } = predictor;
  if (onSchedule === undefined) return undefined;
  const queue = `ml-run-${name}`;
  let isStopping = false;

  const predictAll = async (tenant: string, cause: string, turn: number): Promise<Outcome> => {
    let isAway = false;
    let count = 0;
    for await (const part of onSchedule.call(predictor, tenant, cause, context)) {
      const made = part.map((prediction) => predictionToWrite(prediction, clock(), turn));
      const wanted = turn === 0 ? made : await replacingFallbacks(eventStore, made);
      metrics.written(name, await writePredictions(eventStore, wanted));
      count += made.length;
      isAway ||= made.some(({ answered }) => !answered);
      if (isStopping) return 'cut-off';
    }
    if (count === 0) return 'nothing';
    return isAway && stages.of(tenant, name)?.live ? 'model-away' : 'answered';
  };

  const again = (given: RunData, ms: number, more: Partial<RunData>): NextRun => ({
    runAt: later(clock(), ms),
    data: { ...given, ...more },
  });

  const runJob = async ({ data }: Job): Promise<NextRun | undefined> => {
    const given = data as unknown as RunData;
    const { tenant, cause, failures = 0, looks = 0 } = given;
    const { name: slot, nextAt } = slotOf(clock(), everyHours);
    const run = cause ?? slot;
    const turn = given.turnOf === run ? (given.turn ?? 0) : 0;
    const done = cause === null ? { runAt: nextAt, data: { ...given, ran: slot, failures: 0 } } : undefined;
    if (cause === null && given.ran === slot) return done;
    try {
      const outcome = await predictAll(tenant, run, turn);
      if (outcome === 'cut-off') return again(given, 0, {});
      if (outcome === 'model-away' && turn < MAX_TURNS)
        return again(given, againAfterMs, { turn: turn + 1, turnOf: run });
      if (outcome === 'nothing' && cause === null && given.ran === undefined && looks < MAX_LOOKS)
        return again(given, MINUTE_MS * 2 ** looks, { looks: looks + 1 });
      return done;
    } catch (error) {
      onWarning(`the run ${run} of ${name} for ${tenant} failed`, error);
      return failures + 1 < MAX_FAILURES ? again(given, MINUTE_MS * 2 ** failures, { failures: failures + 1 }) : done;
    }
  };

  const consumer = bus.consume({
    group: `ml-runs-${name}`,
    topics: ['spirit.tenant', 'spirit.model'],
    onBatch: async ({ events }) => {
      const wanted = runsAfter(events, name, queue);
      if (wanted.length > 0) await jobs.addMany(wanted);
    },
  });
  const worker = jobs.work({ queue, run: runJob });
  return {
    stop: async () => {
      isStopping = true;
      await consumer.stop();
      await worker.stop();
    },
  };
};

/** A tenant's rhythm from when it is registered; one run after the last change of what is live. */
const runsAfter = (events: readonly RecordedEvent[], predictor: string, queue: string): readonly JobSpec[] => {
  const runs = new Map<string, JobSpec>();
  for (const event of events) {
    const { tenant, type, id: eventId, recordedAt } = event;
    if (type === 'tenant.registered.v1') {
      const data: RunData = { predictor, tenant, cause: null };
      const runAt = later(recordedAt, AFTER_REGISTRATION_MS);
      runs.set(tenant, { queue, id: tenant, data: { ...data }, runAt });
    }
    if (isOtherLive(event as RecordedEvent & ModelEvent, predictor)) {
      const data: RunData = { predictor, tenant, cause: eventId };
      const runAt = later(recordedAt, AFTER_PROMOTION_MS);
      runs.set(`${tenant}_live`, { queue, id: `${tenant}_${eventId}`, data: { ...data }, runAt });
    }
  }
  return [...runs.values()];
};

const isOtherLive = (event: ModelEvent, model: string): boolean =>
  (event.type === 'model.promoted.v1' || event.type === 'model.rolled-back.v1') && event.data.name === model;
