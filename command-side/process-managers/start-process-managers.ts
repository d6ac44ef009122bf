import type { Documents } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Jobs } from '../../infra/jobs/jobs.ts';
import type { SubjectKeys } from '../../infra/personal-data/subject-keys.ts';
import type { BookingService } from '../bookings/booking-service.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { createPriceProposals } from '../pricing/price-proposals.ts';
import { startDepartureHorizon } from './departure-horizon.ts';
import { startForgetting } from './forgetting.ts';
import { startHoldExpiry } from './hold-expiry.ts';
import { startPriceApplication } from './price-application.ts';
import type { ProcessManager } from './process-manager.ts';
import { startSettlement } from './settlement.ts';

export interface ProcessManagerDependencies {
  readonly bus: EventBus;
  readonly jobs: Jobs;
  readonly documents: Documents;
  readonly handling: CommandHandling;
  readonly bookings: BookingService;
  /** The store as it is written, with personal data sealed. */
  readonly sealedLog: EventStore;
  readonly keys: SubjectKeys;
  readonly clock: () => string;
  readonly horizonDays: number;
  /** How long a command is given before its halves are settled for it. Default 5 s. */
  readonly graceMs?: number;
  readonly onWarning: (message: string, error: unknown) => void;
}

/** Starts every process manager. Stopping stops them all. */
export const startProcessManagers = async (deps: ProcessManagerDependencies): Promise<ProcessManager> => {
  const { bookings } = deps;
  const running = [
    startHoldExpiry({
      ...deps,
      expire: async ({ bookingId, departureId }) => {
        await bookings.expire(bookingId, departureId);
      },
    }),
    await startSettlement({
      ...deps,
      finishOrRelease: async ({ bookingId, departureId }) => {
        await bookings.finishOrRelease(bookingId, departureId);
      },
    }),
    startDepartureHorizon(deps),
    startForgetting(deps),
    startPriceApplication({ bus: deps.bus, proposals: createPriceProposals(deps.handling, deps.clock) }),
  ];
  return {
    stop: async () => {
      await Promise.all(running.map((manager) => manager.stop()));
    },
  };
};
