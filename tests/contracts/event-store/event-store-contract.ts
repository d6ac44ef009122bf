import { afterAll, beforeAll, describe } from 'vitest';
import type { EventStore } from '../../../infra/event-store/event-store.ts';
import { appendContract } from './append-contract.ts';
import { modelContract } from './model-contract.ts';
import { readContract } from './read-contract.ts';
import { subscribeContract } from './subscribe-contract.ts';

/** A store under test. `reopen` closes it and opens another on the same log; `close` closes the last one and cleans up. */
export interface OpenedEventStore {
  readonly store: EventStore;
  reopen(): Promise<EventStore>;
  close(): Promise<void>;
}

/** The store that the tests of a part talk to at the moment. */
export interface StoreUnderTest {
  readonly store: EventStore;
  reopen(): Promise<EventStore>;
}

/**
 * What every EventStore adapter must do. Another adapter passes by being named in event-store.int.spec.ts.
 * The log may hold other streams: each test uses streams of its own and begins at the head it finds.
 */
export const eventStoreContract = (name: string, open: () => Promise<OpenedEventStore>): void => {
  describe(`event store: ${name}`, () => {
    let opened: OpenedEventStore | undefined;
    let current: EventStore | undefined;
    const underTest: StoreUnderTest = {
      get store() {
        if (current === undefined) throw new Error('no store is open');
        return current;
      },
      reopen: async () => {
        current = await opened?.reopen();
        return underTest.store;
      },
    };
    beforeAll(async () => {
      opened = await open();
      current = opened.store;
    });
    afterAll(() => opened?.close());

    appendContract(underTest);
    readContract(underTest);
    subscribeContract(underTest);
    modelContract(underTest);
  });
};
