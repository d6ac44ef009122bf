import { expect } from 'vitest';
import { type Decider, isRejection } from '../../contracts/decider.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { eventSchemas } from '../../contracts/events/registry.ts';

export interface SpecContext {
  /** Instant at which the command is decided. */
  readonly now: string;
  /** Time of the given events that bring none. */
  readonly givenAt: string;
  readonly tenant: string;
}

const usual: SpecContext = {
  now: '2026-03-01T12:00:00.000Z',
  givenAt: '2026-03-01T11:00:00.000Z',
  tenant: 'tenant-1',
};

/** An event as a story gives it: time and tenant are the context's where it has none. */
export type Given<E> = E & { readonly time?: string; readonly tenant?: string };

/** The id that `newId(name)` gives in a story. */
export const specId = (name: string): string => `new-${name}`;

/**
 * Stories of a decider: `spec(decider).given(events).when(command).then(events)`.
 * Besides what the story says, each one checks what every decider owes: `decide` leaves the state alone, the state
 * survives a snapshot (JSON), and the events fit their schemas.
 */
export const spec = <S, C, E extends { readonly type: string; readonly data: unknown }>(
  decider: Decider<S, C, E>,
  overrides: Partial<SpecContext> = {},
) => {
  const context = { ...usual, ...overrides };
  const occurred = (event: Given<E>): Occurred<E> => ({
    ...event,
    time: event.time ?? context.givenAt,
    tenant: event.tenant ?? context.tenant,
  });

  const given = (events: readonly Given<E>[]) => {
    const stateOf = (more: readonly Given<E>[] = []): S =>
      [...events, ...more].map(occurred).reduce(decider.evolve, decider.initial());

    const when = (command: C, at: { readonly now?: string } = {}) => {
      const now = at.now ?? context.now;
      const decideOn = (state: S) => decider.decide(command, state, { now, newId: specId });
      const state = stateOf();
      const before = structuredClone(state);
      const decided = decideOn(state);
      expect(state, 'decide changed the state').toEqual(before);
      const restored = state === undefined ? state : (JSON.parse(JSON.stringify(state)) as S);
      expect(decideOn(restored), 'another decision after a snapshot').toEqual(decided);

      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the story; nobody awaits it
        then: (expected: readonly E[]): void => {
          expect(decided).toEqual(expected);
          for (const { type, data } of isRejection(decided) ? [] : decided) {
            expect(eventSchemas[type]?.parse(data), `${type} fits its schema`).toEqual(data);
          }
        },
        thenNothing: (): void => expect(decided).toEqual([]),
        thenRejected: (code: ErrorCode, field?: string): void => {
          expect(decided).toMatchObject({ rejected: code, detail: expect.stringMatching(/./) });
          if (field !== undefined) expect(decided).toMatchObject({ field });
        },
        /** The state after the decided events. */
        thenState: (check: (state: S) => void): void => {
          if (isRejection(decided)) throw new Error(`rejected: ${decided.rejected}, ${decided.detail}`);
          check(stateOf(decided.map((event) => ({ ...event, time: now }))));
        },
      };
    };

    return { when, thenState: (check: (state: S) => void): void => check(stateOf()) };
  };

  return { given };
};
