import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcast } from '../../contracts/events/registry.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Job, JobSpec, NextRun, Worker } from '../../infra/jobs/jobs.ts';
import { predictAfter } from './predict-after.ts';
import { AGAIN_AFTER_MS, type PredictingDependencies } from './predicting-dependencies.ts';
import { replacingFallbacks, writePredictions } from './prediction-writer.ts';
import type { PredictorContext } from './predictor.ts';
import { later } from './slot.ts';

const QUEUE = 'ml-ask-again';
/** An outage may last: 30 tries are about two hours. */
const MAX_ATTEMPTS = 30;
/** After so many rounds of fallbacks the next event or run has to do. */
const MAX_ROUNDS = 12;
const EVENTS_A_JOB = 200;

/** Events after which a predictor is to be asked again. */
export interface AskAgain {
  readonly predictor: string;
  readonly events: readonly RecordedEvent[];
  /** True: a fallback was written, and only a model's own answer is worth another event. */
  readonly answeredOnly: boolean;
}

interface AgainData {
  readonly predictor: string;
  readonly events: readonly { readonly stream: string; readonly revision: number }[];
  readonly answeredOnly: boolean;
  readonly round: number;
}

/** The jobs that ask again. The same events make the same jobs. */
export const againJobs = (
  asked: readonly AskAgain[],
  now: string,
  afterMs: number = AGAIN_AFTER_MS,
): readonly JobSpec[] =>
  asked.flatMap(({ predictor, events, answeredOnly }) => {
    const jobs: JobSpec[] = [];
    for (let first = 0; first < events.length; first += EVENTS_A_JOB) {
      const part = events.slice(first, first + EVENTS_A_JOB);
      const data: AgainData = {
        predictor,
        events: part.map(({ stream, revision }) => ({ stream, revision })),
        answeredOnly,
        round: 1,
      };
      const id = `${predictor}_${part[0]?.id}_${answeredOnly ? 'model-away' : 'failed'}`;
      jobs.push({ queue: QUEUE, id, data: { ...data }, runAt: later(now, afterMs), maxAttempts: MAX_ATTEMPTS });
    }
    return jobs;
  });

/** Works off what is to be asked again. */
export const startAskingAgain = (deps: PredictingDependencies, context: PredictorContext): Worker => {
  const { jobs, eventStore, stages, clock, metrics, onWarning, againAfterMs = AGAIN_AFTER_MS } = deps;
  const predictors = new Map(deps.predictors.map((predictor) => [predictor.name, predictor]));

  const ask = async ({ predictor: name, events, answeredOnly, round }: AgainData): Promise<NextRun | undefined> => {
    const predictor = predictors.get(name);
    if (predictor === undefined) return undefined;
    const recorded = await eventsOf(eventStore, events);
    const made = await predictAfter(predictor, recorded, context, answeredOnly ? 1 : 0);
    const wanted = answeredOnly ? await replacingFallbacks(eventStore, made) : made;
    metrics.written(name, await writePredictions(eventStore, wanted));
    const isAway =
      recorded.some(({ tenant }) => stages.of(tenant, name)?.live) && made.some(({ answered }) => !answered);
    if (!answeredOnly || !isAway || round >= MAX_ROUNDS) return undefined;
    const data: AgainData = { predictor: name, events, answeredOnly, round: round + 1 };
    return { runAt: later(clock(), againAfterMs), data: { ...data } };
  };

  const run = async ({ data, attempt }: Job): Promise<NextRun | undefined> => {
    const again = data as unknown as AgainData;
    try {
      return await ask(again);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS)
        onWarning(
          `${again.predictor} gave up on the events of ${again.events[0]?.stream} after ${attempt} tries`,
          error,
        );
      throw error;
    }
  };
  return jobs.work({ queue: QUEUE, run });
};

const eventsOf = async (
  eventStore: Pick<EventStore, 'readStream'>,
  wanted: AgainData['events'],
): Promise<readonly RecordedEvent[]> => {
  const found: RecordedEvent[] = [];
  for (const { stream, revision } of wanted)
    for await (const events of eventStore.readStream(stream, { from: revision, limit: 1 }))
      found.push(...events.map((event) => upcast(event)));
  return found.sort((a, b) => a.position - b.position);
};
