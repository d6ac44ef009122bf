import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore, Subscription } from '../../infra/event-store/event-store.ts';
import { traced } from '../../infra/telemetry/traced.ts';

export interface Relay {
  /** Position up to which everything is on the bus. */
  position(): number;
  stop(): Promise<void>;
}

export interface RelayDependencies {
  readonly eventStore: EventStore;
  readonly bus: EventBus;
  readonly onWarning: (message: string, error: unknown) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Carries the log to the bus, in order, at least once: it begins after the last position known to be published, and a
 * batch that failed is sent again. The only publisher there is.
 */
export const startRelay = async ({ eventStore, bus, onWarning }: RelayDependencies): Promise<Relay> => {
  // A bus that does not remember gets everything again: late, but never a gap.
  let position = (await bus.publishedUpTo()) ?? 0;
  const head = await eventStore.headPosition();
  if (position > head)
    onWarning(
      `the bus was published up to position ${position}, and the log ends at ${head}, as after a restore: what is written up to there ` +
        'would not be published; begin with a new topicPrefix in EVENT_BUS_URL',
      undefined,
    );
  let stopped = false;
  let subscription: Subscription | undefined;
  let wake: (() => void) | undefined;

  const follow = async (): Promise<void> => {
    let pause = FIRST_PAUSE_MS;
    while (!stopped) {
      subscription = eventStore.subscribeAll({
        after: position,
        onBatch: async (events, upTo) => {
          await traced('relay', events, () => bus.publish(events, upTo));
          position = upTo;
          pause = FIRST_PAUSE_MS;
        },
      });
      try {
        await subscription.ended;
      } catch (error) {
        onWarning(`the relay lost its way at position ${position} and goes on in ${pause} ms`, error);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  };
  const running = follow();

  return {
    position: () => position,
    stop: async () => {
      stopped = true;
      wake?.();
      await subscription?.stop();
      await running;
    },
  };
};
