import { describe, expect, it } from 'vitest';
import { type Decider, reject } from '../../contracts/decider.ts';
import { spec } from './decider-spec.ts';

type Closed = { readonly type: 'departure.closed.v1'; readonly data: { departureId: string; reason: string } };
const closed = (reason: string): Closed => ({ type: 'departure.closed.v1', data: { departureId: 'd1', reason } });

/** A door that closes once; how it is broken is the story. */
const door = (broken: Partial<Decider<{ reasons: string[] }, string, Closed>> = {}) =>
  spec({
    context: 'door',
    version: 1,
    initial: () => ({ reasons: [] }),
    decide: (reason, { reasons }) => (reasons.length > 0 ? reject('CONFLICT', 'closed', 'reason') : [closed(reason)]),
    evolve: ({ reasons }, event) => ({ reasons: [...reasons, event.data.reason] }),
    ...broken,
  });

describe('the language of stories', () => {
  it('is content with a story that is true', () => {
    door()
      .given([])
      .when('storm')
      .then([closed('storm')]);
    door()
      .given([closed('storm')])
      .when('fog')
      .thenRejected('CONFLICT', 'reason');
  });

  it.each<[string, () => void]>([
    [
      'other events',
      () =>
        door()
          .given([])
          .when('storm')
          .then([closed('fog')]),
    ],
    ['events where none are told', () => door().given([]).when('storm').thenNothing()],
    [
      'a rejection that is told as events',
      () =>
        door()
          .given([closed('x')])
          .when('y')
          .then([closed('y')]),
    ],
    ['events that are told as a rejection', () => door().given([]).when('storm').thenRejected('CONFLICT')],
    [
      'another code',
      () =>
        door()
          .given([closed('x')])
          .when('y')
          .thenRejected('NOT_FOUND'),
    ],
    [
      'another field',
      () =>
        door()
          .given([closed('x')])
          .when('y')
          .thenRejected('CONFLICT', 'door'),
    ],
    [
      'a state after a rejection',
      () =>
        door()
          .given([closed('x')])
          .when('y')
          .thenState(() => undefined),
    ],
  ])('fails on %s', (_, story) => expect(story).toThrow());

  it('fails on a decision that changes the state', () => {
    const decide = (reason: string, state: { reasons: string[] }) => {
      state.reasons.push(reason);
      return [closed(reason)];
    };
    expect(() => door({ decide }).given([]).when('storm')).toThrow('decide changed the state');
  });

  it('fails on a state that does not survive a snapshot', () => {
    const initial = () => ({ reasons: Object.assign([], { extra: 'fog' }) });
    const decide = (_: string, { reasons }: { reasons: string[] & { extra?: string } }) => [
      closed(reasons.extra ?? 'lost'),
    ];
    expect(() => door({ initial, decide }).given([]).when('storm')).toThrow('after a snapshot');
  });

  it('fails on an event that does not fit its schema', () => {
    const nameless = { type: 'departure.closed.v1', data: { departureId: 'd1' } } as Closed;
    const story = () =>
      door({ decide: () => [nameless] })
        .given([])
        .when('storm')
        .then([nameless]);
    expect(story).toThrow();
  });
});
