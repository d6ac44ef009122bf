import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRejection } from '../../contracts/decider.ts';
import type { PriceRule } from '../../contracts/events/pricing.ts';
import { nightIdOf, pricingIdOf } from '../../contracts/pricing/price-ids.ts';
import {
  adults,
  BOAT,
  MORNING,
  openTourCompany,
  sales,
  sent,
  TENANT,
  type TourCompany,
} from '../../tests/bookings/tour-company.ts';
import { aProposal, boatRule, propose } from '../../tests/pricing/proposed-prices.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import { type DepartureCommand, departureDecider } from '../departures/departure-decider.ts';
import { createCommandHandling } from '../handling/command-handling.ts';
import type { CommandHandling, CommandMeta } from '../handling/handle.ts';
import { createPriceProposals, type PriceProposals } from './price-proposals.ts';
import { pricingDecider } from './pricing-decider.ts';

let company: TourCompany;
let handling: CommandHandling;
let proposals: PriceProposals;

/** Command handling anew on the same log: another process. */
const another = () => {
  const opened = createCommandHandling({
    eventStore: company.eventStore,
    snapshots: undefined,
    clock: () => company.now,
    onWarning: (message, error) => {
      throw new Error(message, { cause: error });
    },
  });
  return { handling: opened, proposals: createPriceProposals(opened, () => company.now) };
};

beforeEach(async () => {
  company = await openTourCompany();
  ({ handling, proposals } = another());
});
afterEach(() => company.close());

const meta = (tenant = TENANT): CommandMeta => ({ ...sent(), tenant, actor: 'user:owner' });
const setRule = (over: Partial<PriceRule> = {}, scope: 'product' | 'hotel' = 'product', scopeId = BOAT) => {
  const command = { type: 'set-rule', scope, scopeId, rule: boatRule(over) } as const;
  return handling.handle(pricingDecider, pricingIdOf(TENANT, scope, scopeId), command, meta(), () => undefined);
};
const departure = (command: DepartureCommand, id = MORNING) =>
  handling.handle(departureDecider, id, command, meta(), () => undefined);
const priceOf = (id = MORNING) => another().handling.read(departureDecider, id, (state) => state?.departure.adjustment);
const eventsWritten = async () => {
  const types: string[] = [];
  for await (const batch of company.eventStore.readAll()) types.push(...batch.map(({ type }) => type));
  return types.filter((type) => /^price\.proposal|price-adjusted/.test(type));
};
const refusal = (outcome: object) => (isRejection(outcome) ? outcome.rejected : 'accepted');
const bookTwo = async () => {
  const placed = await company.open().place(sales, { ...adults(2), contact: undefined }, sent());
  if (isRejection(placed)) throw new Error(placed.detail);
  return placed.booking;
};

describe('an accepted proposal', () => {
  it('is the price of the departure from then on; what was booked before keeps its own', async () => {
    await setRule();
    const before = await bookTwo();
    const { proposalId } = await propose(company.eventStore, aProposal());
    expect(await proposals.accept(proposalId, 'click', meta())).toMatchObject({
      answer: { proposalId, decision: { status: 'accepted', by: 'click' } },
    });
    expect(await priceOf()).toEqual({ price: 1_200, listPrice: 1_000, proposalId });
    expect(await bookTwo()).toMatchObject({ pricing: { retail: 2_400, original: 2_400, net: 1_920 } });

    expect(before.pricing.retail).toBe(2_000);
    const unitItems = [...before.unitItems.map(({ id, unitId }) => ({ id, unitId })), { unitId: 'child' }];
    const changed = await company.open().update(sales, { bookingId: before.id, unitItems }, sent());
    if (isRejection(changed)) throw new Error(changed.detail);
    // Two adults at the price that they booked at, and a child at today's.
    expect(changed.booking.unitItems.map(({ pricing }) => pricing?.retail)).toEqual([1_000, 1_000, 600]);
  });

  it('that is accepted by two at once is applied once', async () => {
    await setRule();
    const { proposalId } = await propose(company.eventStore, aProposal());
    const outcomes = await Promise.all(
      [proposals, another().proposals, proposals].map((one) => one.accept(proposalId, 'click', meta())),
    );
    expect(outcomes.map(refusal)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await eventsWritten()).toEqual(['price.proposal-accepted.v1', 'departure.price-adjusted.v1']);
  });

  it('and rejected at once is one or the other', async () => {
    await setRule();
    const { proposalId } = await propose(company.eventStore, aProposal());
    const [accepted, rejected] = await Promise.all([
      proposals.accept(proposalId, 'click', meta()),
      another().proposals.reject(proposalId, null, meta()),
    ]);
    expect([isRejection(accepted), isRejection(rejected)].filter(Boolean)).toHaveLength(1);
    const isApplied = (await priceOf()) !== null;
    expect(isApplied).toBe(!isRejection(accepted));
  });

  it('is taken back by the operator, and by nobody else', async () => {
    await setRule();
    const { proposalId } = await propose(company.eventStore, aProposal());
    await proposals.accept(proposalId, 'click', meta());
    await departure({ type: 'sell-at-list-price' });
    expect(await priceOf()).toBeNull();
    // Heard of late, its acceptance does not bring it back.
    const accepted = { scope: 'product', scopeId: BOAT, currency: 'EUR', price: 1_200, by: 'click' } as const;
    await proposals.apply({ ...aProposal(), ...accepted, current: 900 }, meta());
    expect(await priceOf()).toBeNull();
  });

  it('whose application a crash cut off is applied when it is heard of', async () => {
    const proposal = aProposal();
    const accepted = { scope: 'product', scopeId: BOAT, currency: 'EUR', price: 1_200, by: 'click' } as const;
    const event = { ...proposal, ...accepted };
    await proposals.apply(event, meta());
    await proposals.apply(event, meta());
    expect(await priceOf()).toMatchObject({ price: 1_200 });
    expect(await eventsWritten()).toEqual(['departure.price-adjusted.v1']);
  });
});

describe('a proposal is refused, and nothing is written,', () => {
  const refused = async (code: string, proposalId = aProposal().proposalId, tenant = TENANT) => {
    const before = await eventsWritten();
    expect(refusal(await proposals.accept(proposalId, 'click', meta(tenant)))).toBe(code);
    expect(await eventsWritten()).toEqual(before);
  };

  it('when there is none', async () => {
    await setRule();
    await refused('NOT_FOUND');
    await refused('NOT_FOUND', 'nonsense');
  });

  it('to another tenant', async () => {
    await setRule();
    await propose(company.eventStore, aProposal());
    await refused('NOT_FOUND', undefined, 'tenant-2');
    await propose(company.eventStore, aProposal(), 'tenant-2');
    await refused('NOT_FOUND', undefined, 'tenant-2');
  });

  it('without a rule, and after the rule was changed', async () => {
    await propose(company.eventStore, aProposal());
    await refused('PRICE_OUTSIDE_RULE');
    await setRule();
    await setRule({ ceiling: 1_150 });
    await refused('PRICE_OUTSIDE_RULE');
  });

  it('once a newer one took its place', async () => {
    await setRule();
    const { proposalId } = await propose(company.eventStore, aProposal());
    await propose(company.eventStore, aProposal({}, '2026-03-02'));
    await refused('PROPOSAL_NOT_OPEN', proposalId);
  });

  it('once the list has another price', async () => {
    await setRule();
    await propose(company.eventStore, aProposal());
    const prices = (['adult', 'child', 'family'] as const).map((unitId) => ({
      unitId,
      original: 1_100,
      retail: 1_100,
      net: null,
      includedTaxes: [],
    }));
    await handling.handle(
      productDecider,
      BOAT,
      { type: 'set-prices', optionId: 'shared', prices },
      meta(),
      () => undefined,
    );
    await refused('PROPOSAL_NOT_OPEN');
  });

  it('after the departure was closed, sold out, or has left', async () => {
    await setRule();
    await propose(company.eventStore, aProposal());
    await departure({ type: 'close', reason: 'storm' });
    await refused('DEPARTURE_CLOSED');
    await departure({ type: 'reopen' });
    await departure({ type: 'change-capacity', capacity: 2 });
    await bookTwo();
    await refused('SOLD_OUT');
    await departure({ type: 'change-capacity', capacity: 10 });
    company.now = '2026-07-01T07:00:00.000Z';
    await refused('CUTOFF_PASSED');
  });

  it('beyond what a day may change, in however many steps', async () => {
    await setRule();
    const { proposalId } = await propose(company.eventStore, aProposal());
    await proposals.accept(proposalId, 'click', meta());
    const next = aProposal({ current: 1_200, proposed: 1_400 }, '2026-03-01-b');
    await propose(company.eventStore, next);
    await refused('PRICE_OUTSIDE_RULE', next.proposalId);
    company.now = '2026-03-02T00:00:00.000Z';
    expect(refusal(await proposals.accept(next.proposalId, 'click', meta()))).toBe('accepted');
    expect(await priceOf()).toMatchObject({ price: 1_400, listPrice: 1_000 });
  });
});

describe('the rate of a hotel night', () => {
  const subjectId = nightIdOf({ hotelId: 'city-hotel', date: '2026-07-01', roomType: 'A' });

  it('is recorded when it is accepted, and no departure is touched', async () => {
    await setRule({ roomTypes: [{ roomType: 'A', rooms: 40 }] }, 'hotel', 'city-hotel');
    const { proposalId } = await propose(company.eventStore, aProposal({ subjectKind: 'hotel-night', subjectId }));
    expect(refusal(await proposals.accept(proposalId, 'click', meta()))).toBe('accepted');
    const id = pricingIdOf(TENANT, 'hotel', 'city-hotel');
    expect(await handling.read(pricingDecider, id, (state) => state?.rates[subjectId])).toEqual({
      date: '2026-07-01',
      price: 1_200,
      on: '2026-03-01',
      from: 1_000,
    });
    expect(await eventsWritten()).toEqual(['price.proposal-accepted.v1']);
  });
});
