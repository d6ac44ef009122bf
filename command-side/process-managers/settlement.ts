import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { DepartureEvent } from '../../contracts/events/departures.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { ProcessManager } from './process-manager.ts';

const COLLECTION = 'process-manager-settlement';
const STATE_ID = 'open';

/** A booking whose two streams do not agree yet. */
export interface OpenSettlement {
  readonly tenant: string;
  readonly bookingId: string;
  /** Departures whose seats and the booking may not agree. */
  readonly departureIds: readonly string[];
  /** ISO 8601 instant at which the first half was recorded. */
  readonly since: string;
}

export interface SettlementDependencies {
  readonly bus: EventBus;
  readonly documents: Documents;
  /** Finishes the booking if its own stream can, else gives the seats back. Does nothing when both agree. */
  readonly finishOrRelease: (open: OpenSettlement) => Promise<void>;
  readonly onWarning: (message: string, error: unknown) => void;
  /** How long the command that began it is given to end it. */
  readonly graceMs?: number;
}

/**
 * Seats are taken in the departure's stream and the booking is recorded in its own; a crash between the two leaves half
 * of it. This keeps the list of halves seen on the bus (as a document, written before the bus offset moves on)
 * and settles those that stay open longer than a command takes.
 */
export const startSettlement = async ({
  bus,
  documents,
  finishOrRelease,
  onWarning,
  graceMs = 5_000,
}: SettlementDependencies): Promise<ProcessManager> => {
  await documents.ensure({ name: COLLECTION, indexes: [] });
  const stored = await documents.get<{ open: OpenSettlement[] }>(COLLECTION, STATE_ID);
  const open = new Map((stored?.open ?? []).map((entry) => [entry.bookingId, entry]));
  let saved = JSON.stringify([...open.values()]);

  const save = async () => {
    const now = JSON.stringify([...open.values()]);
    if (now === saved) return;
    await documents.commit([{ collection: COLLECTION, id: STATE_ID, put: { open: [...open.values()] } }]);
    saved = now;
  };

  const consumer = bus.consume({
    group: COLLECTION,
    topics: ['spirit.departure', 'spirit.booking'],
    // In a batch this long most bookings are whole already and need not be remembered.
    paceMs: 200,
    onBatch: async ({ events }) => {
      for (const event of events) note(open, event as RecordedEvent & (DepartureEvent | BookingEvent));
      await save();
    },
  });

  let settling: Promise<void> | undefined;
  const settle = async () => {
    const before = new Date(Date.now() - graceMs).toISOString();
    for (const [bookingId, entry] of open) {
      if (entry.since > before) continue;
      try {
        await finishOrRelease(entry);
        if (open.get(bookingId) === entry) open.delete(bookingId);
      } catch (error) {
        onWarning(`booking ${entry.bookingId} could not be settled with its departure; it is tried again`, error);
      }
    }
    await save();
  };
  const timer = setInterval(
    () => {
      settling ??= settle()
        .catch((error: unknown) => onWarning('the list of open settlements could not be kept', error))
        .finally(() => {
          settling = undefined;
        });
    },
    Math.min(1_000, graceMs),
  );

  return {
    stop: async () => {
      clearInterval(timer);
      await consumer.stop();
      await settling;
    },
  };
};

const note = (open: Map<string, OpenSettlement>, event: RecordedEvent & (DepartureEvent | BookingEvent)): void => {
  const departureId = leftOpenBy(event);
  if (departureId === undefined) return;
  const { bookingId } = event.data as { readonly bookingId: string };
  if (departureId === null) {
    open.delete(bookingId);
    return;
  }
  const departureIds = [...new Set([...(open.get(bookingId)?.departureIds ?? []), departureId])];
  open.set(bookingId, { tenant: event.tenant, bookingId, departureIds, since: event.recordedAt });
};

/** The departure whose other half an event waits for; null: the event ends the waiting; undefined: it has no part in it. */
const leftOpenBy = (event: DepartureEvent | BookingEvent): string | null | undefined => {
  switch (event.type) {
    case 'departure.seats-held.v1':
    case 'departure.seats-changed.v1':
    case 'departure.seats-confirmed.v1':
      return event.data.departureId;
    case 'booking.updated.v1':
      return event.data.previousDepartureId;
    case 'booking.cancelled.v1':
      return event.data.departureId;
    case 'departure.seats-released.v1':
    case 'booking.placed.v1':
    case 'booking.confirmed.v1':
      return null;
    default:
      return undefined;
  }
};
