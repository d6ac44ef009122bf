import type { ScheduleEvent } from '../../contracts/events/departures.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { addDays } from '../../contracts/local-date.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { JobSpec, Jobs, NextRun } from '../../infra/jobs/jobs.ts';
import { planDepartures } from '../departures/plan-departures.ts';
import { scheduleDecider } from '../departures/schedule-decider.ts';
import type { CommandHandling } from '../handling/handle.ts';
import type { ProcessManager } from './process-manager.ts';

const QUEUE = 'departure-horizon';

export interface DepartureHorizonDependencies {
  readonly bus: EventBus;
  readonly jobs: Jobs;
  readonly handling: CommandHandling;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  /** Departures are planned this many days ahead. */
  readonly horizonDays: number;
}

interface DailyPlan {
  readonly tenant: string;
  readonly scheduleId: string;
  /** Local date up to which the last plan went. */
  readonly plannedThrough?: string;
}

/**
 * Plans the departures of each schedule day by day, so that the calendar always reaches as far ahead. Its state is the
 * job queue: each schedule has one job, which plans what is not yet planned and runs again the next day.
 */
export const startDepartureHorizon = (deps: DepartureHorizonDependencies): ProcessManager => {
  const { bus, jobs, handling, clock, horizonDays } = deps;
  const plan = async ({ tenant, scheduleId, plannedThrough }: DailyPlan): Promise<NextRun | undefined> => {
    const today = clock().slice(0, 10);
    const schedule = await handling.read(scheduleDecider, scheduleId, (state) => state);
    if (schedule === undefined || schedule.details.recurrence.until < today) return undefined;
    const commandId = deterministicId('horizon', scheduleId, today);
    const meta = { tenant, actor: 'system:departure-horizon', commandId, correlationId: commandId };
    // From yesterday on: somewhere on earth it still is.
    const from = plannedThrough === undefined ? addDays(today, -1) : addDays(plannedThrough, 1);
    const through = addDays(today, horizonDays);
    await planDepartures(handling, scheduleId, schedule.details, from, through, meta);
    const next: DailyPlan = { tenant, scheduleId, plannedThrough: through };
    return { runAt: `${addDays(today, 1)}T00:00:00.000Z`, data: { ...next } };
  };

  const consumer = bus.consume({
    group: 'process-manager-departure-horizon',
    topics: ['spirit.schedule'],
    onBatch: async ({ events }) => {
      const created = (events as readonly (RecordedEvent & ScheduleEvent)[]).flatMap((event) =>
        event.type === 'schedule.created.v1'
          ? [jobOf({ tenant: event.tenant, scheduleId: event.data.scheduleId }, event.recordedAt)]
          : [],
      );
      if (created.length > 0) await jobs.addMany(created);
    },
  });
  const worker = jobs.work({ queue: QUEUE, run: ({ data }) => plan(data as unknown as DailyPlan) });
  return {
    stop: async () => {
      await consumer.stop();
      await worker.stop();
    },
  };
};

const jobOf = (plan: DailyPlan, runAt: string): JobSpec => ({
  queue: QUEUE,
  id: plan.scheduleId,
  data: { ...plan },
  runAt,
});
