import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { DepartureEvent } from '../../contracts/events/departures.ts';
import { idOf, type RecordedEvent } from '../../contracts/events/envelope.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { JobSpec, Jobs } from '../../infra/jobs/jobs.ts';
import type { ProcessManager } from './process-manager.ts';

const QUEUE = 'hold-expiry';

/** A hold that may have to end: `departureId` is null where no departure's seats are held (freesale). */
export interface HoldToExpire {
  readonly tenant: string;
  readonly bookingId: string;
  readonly departureId: string | null;
}

export interface HoldExpiryDependencies {
  readonly bus: EventBus;
  readonly jobs: Jobs;
  /** Ends the hold if its time has passed and nobody confirmed it; otherwise does nothing. */
  readonly expire: (hold: HoldToExpire) => Promise<void>;
}

/**
 * Ends holds that nobody confirmed. Its state is the job queue: every hold gets a job at its expiry, before the bus
 * offset moves on. A job of a hold that was confirmed, extended or released meanwhile finds nothing to do, so no job is ever taken back.
 */
export const startHoldExpiry = ({ bus, jobs, expire }: HoldExpiryDependencies): ProcessManager => {
  const consumer = bus.consume({
    group: 'process-manager-hold-expiry',
    topics: ['spirit.departure', 'spirit.booking'],
    // Holds last minutes: their jobs may be written together.
    paceMs: 500,
    onBatch: async ({ events }) => {
      const due = events.flatMap(jobOf);
      if (due.length > 0) await jobs.addMany(due);
    },
  });
  const worker = jobs.work({
    queue: QUEUE,
    concurrency: 16,
    run: ({ data }) => expire(data as unknown as HoldToExpire),
  });
  return {
    stop: async () => {
      await consumer.stop();
      await worker.stop();
    },
  };
};

const jobOf = (recorded: RecordedEvent): JobSpec[] => {
  const event = recorded as RecordedEvent & (DepartureEvent | BookingEvent);
  switch (event.type) {
    case 'departure.seats-held.v1':
    case 'departure.hold-extended.v1':
      return [job(event.tenant, event.data.bookingId, event.data.departureId, event.data.expiresAt)];
    case 'booking.placed.v1':
      return event.data.departure === null ? [job(event.tenant, event.data.bookingId, null, event.data.expiresAt)] : [];
    case 'booking.extended.v1':
      return [job(event.tenant, idOf(event.stream), null, event.data.expiresAt)];
    default:
      return [];
  }
};

const job = (tenant: string, bookingId: string, departureId: string | null, expiresAt: string): JobSpec => ({
  queue: QUEUE,
  // Each expiry of a hold has its own job: an extension does not have to find the earlier one.
  id: `${bookingId}_${departureId ?? 'none'}_${Date.parse(expiresAt)}`,
  data: { tenant, bookingId, departureId } satisfies HoldToExpire,
  runAt: expiresAt,
});
