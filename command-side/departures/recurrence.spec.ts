import { describe, expect, it } from 'vitest';
import { departureEvents, type ScheduleDetails, scheduleDetails } from '../../contracts/events/departures.ts';
import { departuresOf, localDateAt } from './recurrence.ts';

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const schedule = (changes: Record<string, unknown> = {}): ScheduleDetails =>
  scheduleDetails.parse({
    productId: 'p1',
    optionId: 'o1',
    timeZone: 'Europe/Madrid',
    availabilityType: 'START_TIME',
    recurrence: { from: '2026-01-01', until: '2026-12-31', weekdays: everyDay },
    startTimes: ['09:00'],
    durationMinutes: 120,
    capacity: 10,
    cutoffMinutes: 60,
    ...changes,
  });
const starts = (details: ScheduleDetails, from: string, until: string) =>
  departuresOf(details, from, until).map((departure) => departure.availabilityId);

describe('the departures of a schedule', () => {
  it('are facts of an event, in local time with the offset of the day', () => {
    const [departure] = departuresOf(schedule(), '2026-10-25', '2026-10-25', 's1');
    expect(departureEvents['departure.scheduled.v1'].parse(departure)).toEqual({
      departureId: departure?.departureId,
      availabilityId: '2026-10-25T09:00:00+01:00',
      productId: 'p1',
      optionId: 'o1',
      scheduleId: 's1',
      availabilityType: 'START_TIME',
      timeZone: 'Europe/Madrid',
      localDate: '2026-10-25',
      localStart: '2026-10-25T09:00:00+01:00',
      localEnd: '2026-10-25T11:00:00+01:00',
      startsAt: '2026-10-25T08:00:00.000Z',
      endsAt: '2026-10-25T10:00:00.000Z',
      cutoffAt: '2026-10-25T07:00:00.000Z',
      openingHours: [],
      capacity: 10,
    });
  });

  it('keep local time across both changes of the clocks', () =>
    expect([
      ...starts(schedule(), '2026-03-28', '2026-03-29'),
      ...starts(schedule(), '2026-10-24', '2026-10-25'),
    ]).toEqual([
      '2026-03-28T09:00:00+01:00',
      '2026-03-29T09:00:00+02:00',
      '2026-10-24T09:00:00+02:00',
      '2026-10-25T09:00:00+01:00',
    ]));

  it('move a start that the clocks skip forward by the gap', () =>
    expect(starts(schedule({ startTimes: ['02:30'] }), '2026-03-28', '2026-03-30')).toEqual([
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ]));

  it('are one where a moved start meets another', () =>
    expect(starts(schedule({ startTimes: ['02:30', '03:30'] }), '2026-03-29', '2026-03-29')).toEqual([
      '2026-03-29T03:30:00+02:00',
    ]));

  it('take the first of a start that comes twice', () =>
    expect(starts(schedule({ startTimes: ['02:30'] }), '2026-10-25', '2026-10-25')).toEqual([
      '2026-10-25T02:30:00+02:00',
    ]));

  it('last their time by the clock on the wall of physics', () => {
    const night = schedule({ startTimes: ['23:00'], durationMinutes: 300 });
    expect(departuresOf(night, '2026-10-24', '2026-10-24')[0]).toMatchObject({
      localStart: '2026-10-24T23:00:00+02:00',
      localEnd: '2026-10-25T03:00:00+01:00',
      localDate: '2026-10-24',
    });
  });

  it('come on the weekdays of the recurrence, less its exceptions, within both ranges', () => {
    const weekends = schedule({
      recurrence: { from: '2026-05-02', until: '2026-05-16', weekdays: [6, 7], except: ['2026-05-09'] },
    });
    expect(departuresOf(weekends, '2026-04-01', '2026-06-30').map((departure) => departure.localDate)).toEqual([
      '2026-05-02',
      '2026-05-03',
      '2026-05-10',
      '2026-05-16',
    ]);
    expect(departuresOf(weekends, '2026-05-03', '2026-05-10')).toHaveLength(2);
    expect(departuresOf(weekends, '2026-05-10', '2026-05-03')).toEqual([]);
  });

  it('come in order of time, whatever the order of the start times', () =>
    expect(starts(schedule({ startTimes: ['15:00', '09:00'] }), '2026-05-01', '2026-05-02')).toEqual([
      '2026-05-01T09:00:00+02:00',
      '2026-05-01T15:00:00+02:00',
      '2026-05-02T09:00:00+02:00',
      '2026-05-02T15:00:00+02:00',
    ]));

  it('have the same id whenever they are planned, and another for another option', () => {
    const id = (details: ScheduleDetails) => departuresOf(details, '2026-05-01', '2026-05-01')[0]?.departureId;
    expect(id(schedule())).toBe(id(schedule({ capacity: 99, recurrence: schedule().recurrence })));
    expect(id(schedule())).not.toBe(id(schedule({ optionId: 'o2' })));
    expect(id(schedule())).not.toBe(id(schedule({ productId: 'p2' })));
  });

  it('of zones with half hours and beyond the date line are right', () => {
    expect(starts(schedule({ timeZone: 'Australia/Lord_Howe' }), '2026-04-05', '2026-04-05')).toEqual([
      '2026-04-05T09:00:00+10:30',
    ]);
    expect(starts(schedule({ timeZone: 'Pacific/Kiritimati' }), '2026-04-05', '2026-04-05')).toEqual([
      '2026-04-05T09:00:00+14:00',
    ]);
  });
});

describe('with opening hours', () => {
  const museum = (changes: Record<string, unknown> = {}) =>
    schedule({
      availabilityType: 'OPENING_HOURS',
      startTimes: [],
      openingHours: [
        { from: '15:00', to: '20:00' },
        { from: '09:00', to: '13:00' },
      ],
      ...changes,
    });
  it('there is one a day, from midnight to midnight, sold until the cut-off before the last closing', () =>
    expect(departuresOf(museum(), '2026-10-25', '2026-10-25')[0]).toMatchObject({
      availabilityId: '2026-10-25T00:00:00+02:00',
      localEnd: '2026-10-26T00:00:00+01:00',
      startsAt: '2026-10-24T22:00:00.000Z',
      endsAt: '2026-10-25T23:00:00.000Z',
      cutoffAt: '2026-10-25T18:00:00.000Z',
      openingHours: museum().openingHours,
    }));
  it('a day open until midnight closes at the end of the day', () =>
    expect(
      departuresOf(museum({ openingHours: [{ from: '18:00', to: '24:00' }] }), '2026-10-25', '2026-10-25')[0]?.cutoffAt,
    ).toBe('2026-10-25T22:00:00.000Z'));
  it('a day without midnight begins when the clocks say so', () =>
    expect(starts(museum({ timeZone: 'Africa/Cairo' }), '2026-04-24', '2026-04-24')).toEqual([
      '2026-04-24T01:00:00+03:00',
    ]));
});

describe('local dates', () => {
  it('follow the zone', () => {
    expect(localDateAt('2026-05-01T23:30:00.000Z', 'Europe/Madrid')).toBe('2026-05-02');
    expect(localDateAt('2026-05-01T23:30:00.000Z', 'America/Lima')).toBe('2026-05-01');
  });
});
