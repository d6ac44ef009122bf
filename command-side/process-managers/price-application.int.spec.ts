import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PriceRule } from '../../contracts/events/pricing.ts';
import { pricingIdOf } from '../../contracts/pricing/price-ids.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { BOAT, EVENING, furnish, MORNING, sent, TENANT } from '../../tests/bookings/tour-company.ts';
import { aProposal, boatRule, propose } from '../../tests/pricing/proposed-prices.ts';
import { departureDecider } from '../departures/departure-decider.ts';
import { createCommandHandling } from '../handling/command-handling.ts';
import { createPriceProposals } from '../pricing/price-proposals.ts';
import { pricingDecider } from '../pricing/pricing-decider.ts';
import { startRelay } from '../relay/relay.ts';
import { startPriceApplication } from './price-application.ts';

const NOW = '2026-03-01T12:00:00.000Z';

/** The boat company with relay and the process under test, on the embedded engines. */
const openCompany = async (dataDir: string) => {
  const eventStore = await openEventStore({ dataDir });
  const bus = await openEventBus({ dataDir }, eventStore);
  const onWarning = (message: string, error: unknown) => {
    throw new Error(message, { cause: error });
  };
  const handling = createCommandHandling({ eventStore, snapshots: undefined, clock: () => NOW, onWarning });
  const relay = await startRelay({ eventStore, bus, onWarning });
  const proposals = createPriceProposals(handling, () => NOW);
  const manager = startPriceApplication({ bus, proposals });
  await furnish(handling);
  return {
    eventStore,
    bus,
    setRule: (over: Partial<PriceRule>) =>
      handling.handle(
        pricingDecider,
        pricingIdOf(TENANT, 'product', BOAT),
        { type: 'set-rule', scope: 'product', scopeId: BOAT, rule: boatRule(over) },
        { ...sent(), tenant: TENANT, actor: 'user:owner' },
        () => undefined,
      ),
    priceOf: (id: string) => handling.read(departureDecider, id, (state) => state?.departure.adjustment, true),
    written: async () => {
      const types: string[] = [];
      for await (const batch of eventStore.readAll()) types.push(...batch.map(({ type }) => type));
      return types.filter((type) => /^price\.proposal-|price-adjusted/.test(type));
    },
    close: async () => {
      await relay.stop();
      await manager.stop();
      await bus.close();
      await eventStore.close();
    },
  };
};

let dataDir: string;
let company: Awaited<ReturnType<typeof openCompany>>;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'price-application-'));
  company = await openCompany(dataDir);
});
afterEach(async () => {
  await company.close();
  await rm(dataDir, { recursive: true });
});

const wait = { timeout: 5_000 };
const automatic = (over: Parameters<typeof aProposal>[0] = {}) => aProposal({ autoApply: true, ...over });

/** When the last proposal is applied, those before it were heard. */
const afterAnotherOne = async () => {
  await propose(company.eventStore, automatic({ subjectId: EVENING, date: '2026-07-02' }));
  await vi.waitFor(async () => expect(await company.priceOf(EVENING)).not.toBeNull(), wait);
};

describe('a proposal that the rule lets be applied', () => {
  it('is applied without a click', async () => {
    await company.setRule({ autoApply: true });
    const { proposalId } = await propose(company.eventStore, automatic());
    await vi.waitFor(
      async () => expect(await company.priceOf(MORNING)).toEqual({ price: 1_200, listPrice: 1_000, proposalId }),
      wait,
    );
    expect(await company.written()).toEqual(['price.proposal-accepted.v1', 'departure.price-adjusted.v1']);
  });

  it('is applied once, though it is delivered again', async () => {
    await company.setRule({ autoApply: true });
    await propose(company.eventStore, automatic());
    await vi.waitFor(async () => expect(await company.priceOf(MORNING)).not.toBeNull(), wait);
    // Another member of nobody's group hears the whole log again.
    const again = startPriceApplication({
      bus: {
        ...company.bus,
        consume: (options) => company.bus.consume({ ...options, group: `${options.group}-again` }),
      },
      proposals: createPriceProposals(
        createCommandHandling({
          eventStore: company.eventStore,
          snapshots: undefined,
          clock: () => NOW,
          onWarning: () => {},
        }),
        () => NOW,
      ),
    });
    await afterAnotherOne();
    await again.stop();
    expect((await company.written()).filter((type) => type === 'departure.price-adjusted.v1')).toHaveLength(2);
    expect((await company.written()).filter((type) => type === 'price.proposal-accepted.v1')).toHaveLength(2);
  });

  it('is left alone where the price would not change', async () => {
    await company.setRule({ autoApply: true });
    await propose(company.eventStore, automatic({ proposed: 1_000 }));
    await afterAnotherOne();
    expect(await company.priceOf(MORNING)).toBeNull();
  });

  it('is not applied under the rule as it is now, whatever it was when it was proposed', async () => {
    await company.setRule({ autoApply: true, ceiling: 1_250 });
    await propose(company.eventStore, automatic({ proposed: 1_300 }));
    await afterAnotherOne();
    expect(await company.priceOf(MORNING)).toBeNull();
  });
});

describe('a proposal that wants a click', () => {
  it('waits for it, by its own word or by the word of the rule', async () => {
    await company.setRule({ autoApply: true });
    await propose(company.eventStore, aProposal());
    await afterAnotherOne();
    expect(await company.priceOf(MORNING)).toBeNull();

    await company.setRule({ autoApply: false });
    const later = { proposalId: `departure~later~${MORNING}` };
    await propose(company.eventStore, automatic(later));
    const heard = company.bus.consume({
      group: 'spec',
      topics: ['spirit.prediction'],
      onBatch: async ({ events }) => void seen.push(...events.map(({ data }) => (data as typeof later).proposalId)),
    });
    const seen: string[] = [];
    await vi.waitFor(() => expect(seen).toContain(later.proposalId), wait);
    await heard.stop();
    expect(await company.written()).toEqual(['price.proposal-accepted.v1', 'departure.price-adjusted.v1']);
  });
});
