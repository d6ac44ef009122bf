import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { startSpan } from '../../infra/telemetry/tracing.ts';

/** A batch may carry the events of thousands of commands; so many of their traces are shown. */
const MOST_SPANS = 32;

/** Runs `work` in a span below each trace that the events belong to, so that a command's trace reaches the view. */
export const traced = async <T>(view: string, events: readonly RecordedEvent[], work: () => Promise<T>): Promise<T> => {
  const parents = new Set<string>();
  for (const { traceparent } of events) {
    if (traceparent !== undefined) parents.add(traceparent);
    if (parents.size === MOST_SPANS) break;
  }
  const spans = [...parents].map((parent) =>
    startSpan(`project ${view}`, parent, { view, 'batch.events': events.length }),
  );
  try {
    const result = await work();
    for (const span of spans) span?.end();
    return result;
  } catch (error) {
    for (const span of spans) span?.end(error);
    throw error;
  }
};
