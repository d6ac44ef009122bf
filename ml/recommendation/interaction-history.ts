import { type BookingEvent, bookingEvents } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { applyToInteraction, type Interaction } from '../../contracts/features/interactions.ts';
import type { Collector } from '../training/trainer.ts';
import type { CustomerInteraction } from './interaction-matrix.ts';

/** Every state that every interaction has been in, so that it can be seen as it stood at any time. */
export interface InteractionHistory {
  /** The interactions of known customers as they stood at an ISO 8601 UTC instant, what happens at it not included. */
  at(instant: string): readonly CustomerInteraction[];
  /** As they stand after the last event. */
  latest(): readonly CustomerInteraction[];
}

/** Event types that interactions are folded from. */
export const INTERACTION_EVENTS = Object.keys(bookingEvents);

type State = { readonly since: string; readonly interaction: Interaction };

/** Folds bookings' events to the states of their interactions. Of a forgotten customer no state is kept. */
export const interactionCollector = (): Collector<InteractionHistory> => {
  const states = new Map<string, readonly State[]>();
  return {
    add: (event: RecordedEvent) => {
      const before = states.get(event.stream) ?? [];
      const interaction = applyToInteraction(
        before.at(-1)?.interaction,
        event as unknown as Occurred<BookingEvent>, // the collector is given the types of `handles` only
      );
      if (interaction === undefined) states.delete(event.stream);
      else states.set(event.stream, [...before, { since: event.time, interaction }]);
    },
    finish: () => ({
      at: (instant) => {
        const until = Date.parse(instant);
        return customersOf([...states.values()], (all) => all.findLast(({ since }) => Date.parse(since) < until));
      },
      latest: () => customersOf([...states.values()], (all) => all.at(-1)),
    }),
  };
};

const customersOf = (
  bookings: readonly (readonly State[])[],
  stateOf: (states: readonly State[]) => State | undefined,
): CustomerInteraction[] =>
  bookings.flatMap((states) => {
    const { customerId = null, productId = '', kind = 'held', at = '' } = stateOf(states)?.interaction ?? {};
    return customerId === null ? [] : [{ customerId, productId, kind, at }];
  });
