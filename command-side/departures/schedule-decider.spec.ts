import { describe, expect, it } from 'vitest';
import { type ScheduleDetails, type ScheduleEvent, scheduleDetails } from '../../contracts/events/departures.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { type ScheduleCommand, scheduleDecider } from './schedule-decider.ts';

const details = (changes: Record<string, unknown> = {}): ScheduleDetails =>
  scheduleDetails.parse({
    productId: 'p1',
    optionId: 'o1',
    timeZone: 'Europe/Madrid',
    availabilityType: 'START_TIME',
    recurrence: { from: '2026-05-01', until: '2026-09-30', weekdays: [1, 2, 3] },
    startTimes: ['09:00', '16:00'],
    durationMinutes: 120,
    capacity: 10,
    cutoffMinutes: 60,
    ...changes,
  });
const openingHours = (...periods: [string, string][]): ScheduleDetails =>
  details({
    availabilityType: 'OPENING_HOURS',
    startTimes: [],
    openingHours: periods.map(([from, to]) => ({ from, to })),
  });
const create = (of: ScheduleDetails): ScheduleCommand => ({ type: 'create-schedule', scheduleId: 's1', details: of });
const created = (of = details()): ScheduleEvent => ({
  type: 'schedule.created.v1',
  data: { scheduleId: 's1', details: of },
});
const end = (lastDate: string): ScheduleCommand => ({ type: 'end-schedule', lastDate });
const ended = (lastDate: string): ScheduleEvent => ({
  type: 'schedule.ended.v1',
  data: { scheduleId: 's1', lastDate },
});
const { given } = spec(scheduleDecider);

describe('creating a schedule', () => {
  it('with start times', () => given([]).when(create(details())).then([created()]));
  it('with opening hours that meet, in any order, until midnight', () => {
    const hours = openingHours(['14:00', '24:00'], ['09:00', '14:00']);
    given([])
      .when(create(hours))
      .then([created(hours)]);
  });
  it('is nothing new the second time', () => given([created()]).when(create(details())).thenNothing());
  it('does not replace another', () =>
    given([created()])
      .when(create(details({ capacity: 11 })))
      .thenRejected('ALREADY_EXISTS'));

  const refused: [string, ScheduleDetails, string][] = [
    ['no start times', details({ startTimes: [] }), 'startTimes'],
    ['a start time twice', details({ startTimes: ['09:00', '09:00'] }), 'startTimes'],
    ['a start at 24:00', details({ startTimes: ['24:00'] }), 'startTimes'],
    ['start times and opening hours', details({ openingHours: [{ from: '09:00', to: '10:00' }] }), 'openingHours'],
    ['no opening hours', openingHours(), 'openingHours'],
    ['opening hours and start times', { ...openingHours(['09:00', '10:00']), startTimes: ['09:00'] }, 'startTimes'],
    ['closing before opening', openingHours(['09:00', '10:00'], ['20:00', '11:00']), 'openingHours.1'],
    ['closing when it opens', openingHours(['09:00', '09:00']), 'openingHours.0'],
    ['overlapping periods', openingHours(['12:00', '15:00'], ['09:00', '12:01']), 'openingHours'],
    [
      'a last date before the first',
      details({ recurrence: { from: '2026-05-02', until: '2026-05-01', weekdays: [1] } }),
      'recurrence.until',
    ],
  ];
  it.each(refused)('refuses %s', (_, flawed, field) =>
    given([]).when(create(flawed)).thenRejected('INVALID_BODY', field),
  );
  it.each(['Europe/Atlantis', '+01:00', ''])('refuses the zone "%s"', (timeZone) =>
    given([])
      .when(create(details({ timeZone })))
      .thenRejected('INVALID_TIME_ZONE', 'timeZone'),
  );
});

describe('ending a schedule', () => {
  it('brings its last date forward', () => {
    given([created()])
      .when(end('2026-06-30'))
      .then([ended('2026-06-30')]);
    given([created(), ended('2026-06-30')]).thenState((state) =>
      expect(state).toMatchObject({
        tenant: 'tenant-1',
        firstUntil: '2026-09-30',
        details: { capacity: 10, recurrence: { from: '2026-05-01', until: '2026-06-30', weekdays: [1, 2, 3] } },
      }),
    );
  });
  it('can be done again, earlier', () =>
    given([created(), ended('2026-06-30')])
      .when(end('2026-05-31'))
      .then([ended('2026-05-31')]));
  it('is nothing new on the same date', () => {
    given([created(), ended('2026-06-30')])
      .when(end('2026-06-30'))
      .thenNothing();
    given([created()]).when(end('2026-09-30')).thenNothing();
  });
  it('does not make it longer', () => {
    given([created()]).when(end('2026-10-01')).thenRejected('CONFLICT', 'lastDate');
    given([created(), ended('2026-06-30')])
      .when(end('2026-07-01'))
      .thenRejected('CONFLICT', 'lastDate');
  });
  it('needs a schedule', () => given([]).when(end('2026-06-30')).thenRejected('NOT_FOUND'));
});
