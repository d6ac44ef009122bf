import { describe, expect, it } from 'vitest';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { madeStay, madeTerms } from '../../tests/stays/made-stay.ts';
import { type StayCommand, stayDecider } from './stay-decider.ts';

const stayId = 'stay-1';
const tenant = 'tenant-1';

const terms = madeTerms();
const facts = madeStay(stayId);

const booked: StayEvent = { type: 'stay.booked.v1', data: facts };
const deposit: StayEvent = { type: 'stay.deposit-taken.v1', data: { stayId, depositType: 'REFUNDABLE' } };
const room: StayEvent = { type: 'stay.room-assigned.v1', data: { stayId, roomType: 'D' } };
const checkedIn: StayEvent = { type: 'stay.checked-in.v1', data: { stayId } };
const checkedOut: StayEvent = { type: 'stay.checked-out.v1', data: { stayId } };
const cancelled: StayEvent = { type: 'stay.cancelled.v1', data: { stayId, reason: null } };
const missed: StayEvent = { type: 'stay.no-show.v1', data: { stayId } };

const commands = {
  book: { type: 'book', stay: facts },
  change: { type: 'change', terms: { nights: 4 } },
  deposit: { type: 'take-deposit', depositType: 'REFUNDABLE' },
  room: { type: 'assign-room', roomType: 'D' },
  checkIn: { type: 'check-in' },
  checkOut: { type: 'check-out' },
  cancel: { type: 'cancel', reason: null },
  noShow: { type: 'no-show' },
} satisfies Record<string, StayCommand>;

const { given } = spec(stayDecider, { tenant });

describe('a hotel stay', () => {
  it('is booked', () => {
    given([]).when(commands.book).then([booked]);
  });

  it('is booked once', () => {
    given([booked]).when(commands.book).thenRejected('ALREADY_EXISTS');
  });

  it('changes the terms that are given and keeps the others', () => {
    given([booked])
      .when({ ...commands.change, terms: { nights: 4, adr: undefined } })
      .then([{ type: 'stay.changed.v1', data: { stayId, terms: { ...terms, nights: 4 } } }]);
  });

  it('is lived from deposit to check-out', () => {
    given([booked]).when(commands.deposit).then([deposit]);
    given([booked, deposit]).when(commands.room).then([room]);
    given([booked, deposit, room]).when(commands.checkIn).then([checkedIn]);
    given([booked, deposit, room, checkedIn]).when(commands.checkOut).then([checkedOut]);
  });

  it('is cancelled before arrival, or missed', () => {
    given([booked, deposit])
      .when({ ...commands.cancel, reason: 'ill' })
      .then([{ type: 'stay.cancelled.v1', data: { stayId, reason: 'ill' } }]);
    given([booked, room]).when(commands.noShow).then([missed]);
  });

  it('can be prolonged and moved to another room during the stay, but not to another hotel or day', () => {
    const during = given([booked, room, checkedIn]);
    during.when(commands.change).then([{ type: 'stay.changed.v1', data: { stayId, terms: { ...terms, nights: 4 } } }]);
    during.when({ ...commands.room, roomType: 'E' }).then([{ ...room, data: { stayId, roomType: 'E' } }]);
    during.when({ type: 'change', terms: { hotelId: 'x' } }).thenRejected('STAY_STATE', 'hotelId');
    during.when({ type: 'change', terms: { arrivalDate: '2026-04-01' } }).thenRejected('STAY_STATE', 'arrivalDate');
  });

  it('says nothing new of the same room or the same deposit, and refuses a second deposit of another kind', () => {
    given([booked, room]).when(commands.room).thenNothing();
    given([booked, deposit]).when(commands.deposit).thenNothing();
    given([booked, deposit])
      .when({ ...commands.deposit, depositType: 'NON_REFUNDABLE' })
      .thenRejected('STAY_STATE', 'depositType');
  });

  const allButBook = Object.values(commands).filter((command) => command.type !== 'book');

  it.each(allButBook)('refuses $type of a stay that is not there', (command) => {
    given([]).when(command).thenRejected('NOT_FOUND');
  });

  it.each([
    ['CHECKED_IN', [booked, checkedIn], [commands.checkIn, commands.cancel, commands.noShow]],
    ['BOOKED', [booked], [commands.checkOut]],
    ['CHECKED_OUT', [booked, checkedIn, checkedOut], allButBook],
    ['CANCELLED', [booked, cancelled], allButBook],
    ['NO_SHOW', [booked, missed], allButBook],
  ] as const)('refuses what does not fit when it is %s', (_status, before, refused) => {
    for (const command of refused) given(before).when(command).thenRejected('STAY_STATE');
  });

  it('tells its whole life in its state', () => {
    const at = (event: StayEvent, time: string) => ({ ...event, time });
    given([
      at(booked, '2026-03-01T12:00:00.000Z'),
      at(deposit, '2026-03-02T12:00:00.000Z'),
      at({ type: 'stay.changed.v1', data: { stayId, terms: { ...terms, nights: 5 } } }, '2026-03-03T12:00:00.000Z'),
      at(room, '2026-03-10T15:00:00.000Z'),
      at(checkedIn, '2026-03-10T15:00:00.000Z'),
      at(checkedOut, '2026-03-15T11:00:00.000Z'),
    ]).thenState((stay) => {
      const { stayId: id, ...rest } = facts;
      expect(stay).toEqual({
        ...rest,
        id,
        tenant,
        terms: { ...terms, nights: 5 },
        status: 'CHECKED_OUT',
        bookedAt: '2026-03-01T12:00:00.000Z',
        updatedAt: '2026-03-15T11:00:00.000Z',
        assignedRoomType: 'D',
        deposit: 'REFUNDABLE',
        changes: 1,
        endedAt: '2026-03-15T11:00:00.000Z',
      });
    });
  });

  it('leaves nothing of an event without a booking', () => {
    given([checkedIn]).thenState((stay) => expect(stay).toBeUndefined());
  });
});
