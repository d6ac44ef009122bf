import { randomUUID } from 'node:crypto';
import type { EventEnvelope, RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { Subscription } from '../../../infra/event-store/event-store.ts';

export const newStream = (context = 'booking'): string => `${context}-${randomUUID()}`;

/** An event as a command would make it. */
export const anEvent = (overrides: Partial<EventEnvelope> = {}): EventEnvelope => ({
  id: randomUUID(),
  type: 'booking.placed.v1',
  time: '2026-03-01T09:30:00.000Z',
  tenant: 'andes-tours',
  actor: 'system:test',
  correlationId: randomUUID(),
  causationId: randomUUID(),
  data: { pax: 2, price: { amount: 12_050, currency: 'EUR' } },
  ...overrides,
});

export const someEvents = (count: number, overrides: Partial<EventEnvelope> = {}): EventEnvelope[] =>
  Array.from({ length: count }, (_, index) => anEvent({ data: { index }, ...overrides }));

/** All batches of a read in one list. */
export const collect = async (batches: AsyncIterable<readonly RecordedEvent[]>): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
};

export const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

/** Waits until `condition` holds; fails after 10 s with what was awaited. */
export const until = async (what: string, condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited 10 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

/** What a subscription or consumer was given, and how far it has come. */
export interface Heard {
  readonly events: RecordedEvent[];
  readonly reached: number[];
  readonly onBatch: (events: readonly RecordedEvent[], upTo: number) => Promise<void>;
}

export const aListener = (): Heard => {
  const events: RecordedEvent[] = [];
  const reached: number[] = [];
  return {
    events,
    reached,
    onBatch: async (batch, upTo) => {
      events.push(...batch);
      reached.push(upTo);
    },
  };
};

/** Why a subscription ended; undefined when it was stopped. */
export const endOf = (subscription: Subscription): Promise<unknown> =>
  subscription.ended.then(
    () => undefined,
    (error: unknown) => error,
  );
