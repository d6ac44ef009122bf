import { type Decider, type Rejection, reject } from '../../contracts/decider.ts';
import type { StayEvent, StayTerms } from '../../contracts/events/stays.ts';
import { applyStayEvent } from '../../contracts/stays/stay-fold.ts';
import type { StayStatus, StayView } from '../../contracts/views/stay.ts';

type Booked = Extract<StayEvent, { type: 'stay.booked.v1' }>['data'];
type Deposit = Extract<StayEvent, { type: 'stay.deposit-taken.v1' }>['data']['depositType'];

/** Terms to replace; what is absent (or undefined) stays. */
export type TermChanges = { readonly [K in keyof StayTerms]?: StayTerms[K] | undefined };

type Action =
  | { readonly type: 'change'; readonly terms: TermChanges }
  | { readonly type: 'take-deposit'; readonly depositType: Deposit }
  | { readonly type: 'assign-room'; readonly roomType: string }
  | { readonly type: 'check-in' }
  | { readonly type: 'check-out' }
  | { readonly type: 'cancel'; readonly reason: string | null }
  | { readonly type: 'no-show' };

export type StayCommand = { readonly type: 'book'; readonly stay: Booked } | Action;

/** The states in which each command is allowed. Nothing follows CHECKED_OUT, CANCELLED or NO_SHOW. */
const allowedIn: Readonly<Record<Action['type'], readonly StayStatus[]>> = {
  change: ['BOOKED', 'CHECKED_IN'],
  'take-deposit': ['BOOKED', 'CHECKED_IN'],
  'assign-room': ['BOOKED', 'CHECKED_IN'],
  'check-in': ['BOOKED'],
  'check-out': ['CHECKED_IN'],
  cancel: ['BOOKED'],
  'no-show': ['BOOKED'],
};

const changedTerms = (stay: StayView, changes: TermChanges): StayTerms | Rejection => {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const terms: StayTerms = { ...stay.terms, ...given };
  for (const field of ['hotelId', 'arrivalDate'] as const) {
    if (stay.status === 'CHECKED_IN' && terms[field] !== stay.terms[field]) {
      return reject('STAY_STATE', `${field} cannot change once the guest has checked in`, field);
    }
  }
  return terms;
};

const act = (action: Action, stay: StayView): readonly StayEvent[] | Rejection => {
  const stayId = stay.id;
  switch (action.type) {
    case 'change': {
      const terms = changedTerms(stay, action.terms);
      return 'rejected' in terms ? terms : [{ type: 'stay.changed.v1', data: { stayId, terms } }];
    }
    case 'take-deposit':
      if (stay.deposit === action.depositType) return [];
      if (stay.deposit !== 'NONE') {
        return reject('STAY_STATE', `a ${stay.deposit} deposit was taken already`, 'depositType');
      }
      return [{ type: 'stay.deposit-taken.v1', data: { stayId, depositType: action.depositType } }];
    case 'assign-room':
      if (stay.assignedRoomType === action.roomType) return [];
      return [{ type: 'stay.room-assigned.v1', data: { stayId, roomType: action.roomType } }];
    case 'check-in':
      return [{ type: 'stay.checked-in.v1', data: { stayId } }];
    case 'check-out':
      return [{ type: 'stay.checked-out.v1', data: { stayId } }];
    case 'cancel':
      return [{ type: 'stay.cancelled.v1', data: { stayId, reason: action.reason } }];
    case 'no-show':
      return [{ type: 'stay.no-show.v1', data: { stayId } }];
  }
};

/** A hotel stay's life: booked, changed, deposit, room, then checked in and out, or cancelled, or missed. */
export const stayDecider: Decider<StayView | undefined, StayCommand, StayEvent> = {
  context: 'stay',
  version: 1,
  initial: () => undefined,
  decide: (command, stay) => {
    if (command.type === 'book') {
      if (stay !== undefined) return reject('ALREADY_EXISTS', 'the stay was booked already');
      return [{ type: 'stay.booked.v1', data: command.stay }];
    }
    if (stay === undefined) return reject('NOT_FOUND', 'there is no such stay');
    if (!allowedIn[command.type].includes(stay.status)) {
      return reject('STAY_STATE', `${command.type} is not possible: the stay is ${stay.status}`);
    }
    return act(command, stay);
  },
  evolve: applyStayEvent,
};
