import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { startSpan } from './tracing.ts';

/** A batch may carry the events of thousands of commands; so many of their traces are shown. */
const MOST_SPANS = 32;

/**
 * Runs `work` in a span below each trace that the events belong to, so that one trace runs from the HTTP command through
 * append and relay to the view.
 */
export const traced = async <T>(
  name: string,
  events: readonly Pick<EventEnvelope, 'traceparent'>[],
  work: () => Promise<T>,
): Promise<T> => {
  const parents = new Set<string>();
  for (const { traceparent } of events) {
    if (traceparent !== undefined) parents.add(traceparent);
    if (parents.size === MOST_SPANS) break;
  }
  // Without tracing no event brings a parent, and this costs nothing more.
  const spans = [...parents].map((parent) => startSpan(name, parent, { 'batch.events': events.length }));
  try {
    const result = await work();
    for (const span of spans) span?.end();
    return result;
  } catch (error) {
    for (const span of spans) span?.end(error);
    throw error;
  }
};
