import { LRUCache } from 'lru-cache';
import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { DepartureEvent } from '../../contracts/events/departures.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents, Write } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { ProcessManager } from './process-manager.ts';

const COLLECTION = 'process-manager-settlement';
const PAGE = 500;
/** Bookings that were seen whole lately: their halves may still arrive, from another partition of the bus. */
const REMEMBERED = 10_000;

/** Half of a booking: what one of its two streams says and the other may not. */
export interface OpenHalf {
  readonly tenant: string;
  readonly bookingId: string;
  /** Departure whose seats and the booking may not agree. */
  readonly departureId: string;
  /** Position of the event that left it open. */
  readonly position: number;
  /** ISO 8601 instant at which that event was recorded. */
  readonly since: string;
}

export interface SettlementDependencies {
  readonly bus: EventBus;
  readonly documents: Documents;
  /** Finishes the booking if its own stream can, else gives the seats back. Does nothing when both agree. */
  readonly finishOrRelease: (half: OpenHalf) => Promise<void>;
  readonly onWarning: (message: string, error: unknown) => void;
  /** How long the command that began it is given to end it. */
  readonly graceMs?: number;
}

/**
 * Seats are taken in the departure's stream and the booking is recorded in its own; a crash between the two leaves half
 * of it. This keeps the halves seen on the bus, each as a document written before the bus offset moves on, and settles
 * those that stay open longer than a command takes. Several processes may run it: a half that is kept although its other
 * half was seen, because the two came by different partitions, is found settled when its time has come.
 */
export const startSettlement = async ({
  bus,
  documents,
  finishOrRelease,
  onWarning,
  graceMs = 5_000,
}: SettlementDependencies): Promise<ProcessManager> => {
  await documents.ensure({ name: COLLECTION, indexes: [{ fields: ['bookingId'] }, { fields: ['since'] }] });
  const whole = new LRUCache<string, number>({ max: REMEMBERED });

  const consumer = bus.consume({
    group: COLLECTION,
    topics: ['spirit.departure', 'spirit.booking'],
    // In a batch this long most bookings are whole already and need not be remembered.
    paceMs: 200,
    onBatch: async ({ events }) => {
      const { opened, closed } = halvesOf(events as readonly (RecordedEvent & (DepartureEvent | BookingEvent))[]);
      for (const [bookingId, position] of closed) whole.set(bookingId, Math.max(position, whole.get(bookingId) ?? 0));
      const closedAt = (half: OpenHalf) => whole.get(half.bookingId) ?? 0;
      const kept = await storedHalves(documents, [...closed.keys()]);
      const writes: Write[] = [
        ...opened
          .filter((half) => half.position > closedAt(half))
          .map((half) => ({ collection: COLLECTION, id: idOf(half), put: { ...half } })),
        ...kept.filter((half) => half.position < closedAt(half)).map(removalOf),
      ];
      if (writes.length > 0) await documents.commit(writes);
    },
  });

  let settling: Promise<void> | undefined;
  const settle = async () => {
    const before = new Date(Date.now() - graceMs).toISOString();
    const due = { filter: { since: { $lte: before } }, sort: [['since', 1]], limit: PAGE } as const;
    const { items } = await documents.find<OpenHalf>(COLLECTION, due);
    for (const half of items) {
      try {
        await finishOrRelease(half);
        await documents.commit([removalOf(half)]);
      } catch (error) {
        onWarning(`booking ${half.bookingId} could not be settled with its departure; it is tried again`, error);
      }
    }
  };
  const timer = setInterval(
    () => {
      settling ??= settle()
        .catch((error: unknown) => onWarning('the list of open settlements could not be read', error))
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

/** By its event too: a half that opens again while it is being settled is another one. */
const idOf = ({ bookingId, departureId, position }: OpenHalf): string => `${bookingId}_${departureId}_${position}`;

const removalOf = (half: OpenHalf): Write => ({ collection: COLLECTION, id: idOf(half), remove: true });

const storedHalves = async (documents: Documents, bookingIds: readonly string[]): Promise<readonly OpenHalf[]> => {
  if (bookingIds.length === 0) return [];
  return (await documents.find<OpenHalf>(COLLECTION, { filter: { bookingId: { $in: bookingIds } } })).items;
};

/** The halves that a batch leaves open, and the bookings that it makes whole, with the position at which it does. */
const halvesOf = (events: readonly (RecordedEvent & (DepartureEvent | BookingEvent))[]) => {
  const opened = new Map<string, OpenHalf[]>();
  const closed = new Map<string, number>();
  for (const event of events) {
    const departureId = leftOpenBy(event);
    if (departureId === undefined) continue;
    const { bookingId } = event.data as { readonly bookingId: string };
    const { tenant, position, recordedAt: since } = event;
    if (departureId === null) {
      opened.delete(bookingId);
      closed.set(bookingId, position);
    } else
      opened.set(bookingId, [...(opened.get(bookingId) ?? []), { tenant, bookingId, departureId, position, since }]);
  }
  return { opened: [...opened.values()].flat(), closed };
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
