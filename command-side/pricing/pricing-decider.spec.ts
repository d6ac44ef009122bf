import { describe, it } from 'vitest';
import type { PriceRule, PricingEvent } from '../../contracts/events/pricing.ts';
import { aProposal, boatRule } from '../../tests/pricing/proposed-prices.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { type PricingCommand, type Proposal, pricingDecider } from './pricing-decider.ts';

const of = { scope: 'product', scopeId: 'boat' } as const;
const rule = (over: Partial<PriceRule> = {}) => boatRule({ floor: 3_000, ceiling: 7_000, ...over });
const proposal = (over: Partial<Proposal> = {}): Proposal =>
  aProposal({ productId: 'boat', date: '2026-04-01', current: 5_000, proposed: 5_500, ...over });
const set = (over: Partial<PriceRule> = {}): PricingEvent => ({
  type: 'price.rule-set.v1',
  data: { ...of, rule: rule(over) },
});
const removed: PricingEvent = { type: 'price.rule-removed.v1', data: of };
const about = (one: Proposal) => ({
  ...of,
  proposalId: one.proposalId,
  subjectKind: one.subjectKind,
  subjectId: one.subjectId,
  date: one.date,
});
const accepted = (one: Proposal, by: 'click' | 'rule' = 'click'): PricingEvent => ({
  type: 'price.proposal-accepted.v1',
  data: { ...about(one), currency: one.currency, current: one.current, price: one.proposed, by },
});
const rejected = (one: Proposal, reason: string | null = null): PricingEvent => ({
  type: 'price.proposal-rejected.v1',
  data: { ...about(one), reason },
});
const accept = (one: Proposal, over: Partial<Extract<PricingCommand, { type: 'accept' }>> = {}): PricingCommand => ({
  type: 'accept',
  ...of,
  proposal: one,
  by: 'click',
  now: { current: one.current, dayBegan: one.current },
  ...over,
});
const reject = (one: Proposal, refusedLater = false): PricingCommand => ({
  type: 'reject',
  ...of,
  proposal: one,
  reason: null,
  refusedLater,
});
const story = spec(pricingDecider);

describe('a price rule', () => {
  it('is set, changed, and removed', () => {
    story
      .given([])
      .when({ type: 'set-rule', ...of, rule: rule() })
      .then([set()]);
    story
      .given([set()])
      .when({ type: 'set-rule', ...of, rule: rule({ floor: 1 }) })
      .then([set({ floor: 1 })]);
    story
      .given([set()])
      .when({ type: 'remove-rule', ...of })
      .then([removed]);
  });

  it('that is so already changes nothing', () => {
    story
      .given([set()])
      .when({ type: 'set-rule', ...of, rule: rule() })
      .thenNothing();
    story
      .given([set(), removed])
      .when({ type: 'remove-rule', ...of })
      .thenNothing();
    story
      .given([])
      .when({ type: 'remove-rule', ...of })
      .thenRejected('NOT_FOUND');
  });
});

describe('a proposal', () => {
  it('within the rule is accepted by a click', () => {
    story
      .given([set()])
      .when(accept(proposal()))
      .then([accepted(proposal())]);
  });

  it('is accepted without a click only where the rule lets it', () => {
    const automatic = accept(proposal(), { by: 'rule' });
    story
      .given([set({ autoApply: true })])
      .when(automatic)
      .then([accepted(proposal(), 'rule')]);
    story.given([set()]).when(automatic).thenRejected('PRICE_OUTSIDE_RULE');
  });

  it('is accepted once, however often it is asked', () => {
    story
      .given([set(), accepted(proposal())])
      .when(accept(proposal()))
      .thenNothing();
    story
      .given([set(), accepted(proposal())])
      .when(accept(proposal(), { by: 'rule' }))
      .thenNothing();
  });

  it.each([
    ['no rule', []],
    ['a rule that was removed since', [set(), removed]],
    ['a ceiling that was lowered since', [set(), set({ ceiling: 5_400 })]],
    ['a floor that was raised since', [set(), set({ floor: 5_550 })]],
    ['another step', [set({ step: 300 })]],
    ['a smaller change a day', [set({ maxChangePercent: 5 })]],
    ['another channel that is cheaper', [set({ parity: [{ channel: 'desk', price: 5_200, rule: 'not-over' }] })]],
    ['another currency', [set({ currency: 'USD' })]],
  ] as const)('is refused under %s', (_, events) => {
    story.given(events).when(accept(proposal())).thenRejected('PRICE_OUTSIDE_RULE');
  });

  it('counts the change of a day from where the day began, not from the step before', () => {
    const now = { current: 5_000, dayBegan: 4_500 };
    story.given([set()]).when(accept(proposal(), { now })).thenRejected('PRICE_OUTSIDE_RULE');
  });

  it('is stale once the price has changed', () => {
    const now = { current: 5_200, dayBegan: 5_000 };
    story.given([set()]).when(accept(proposal(), { now })).thenRejected('PROPOSAL_NOT_OPEN');
  });

  it('is over when its day is over', () => {
    story
      .given([set()])
      .when(accept(proposal({ date: '2026-02-27' })))
      .thenRejected('PROPOSAL_NOT_OPEN');
    story
      .given([set()])
      .when(reject(proposal({ date: '2026-02-27' })))
      .thenRejected('PROPOSAL_NOT_OPEN');
    story
      .given([set()])
      .when(accept(proposal({ date: '2026-02-28' })))
      .then([accepted(proposal({ date: '2026-02-28' }))]);
  });

  it('to leave the price as it is can be accepted by nobody', () => {
    story
      .given([set()])
      .when(accept(proposal({ proposed: 5_000 })))
      .thenRejected('PROPOSAL_NOT_OPEN');
  });

  it('that was rejected is not accepted, nor the other way round', () => {
    story
      .given([set()])
      .when(reject(proposal()))
      .then([rejected(proposal())]);
    story
      .given([set(), rejected(proposal())])
      .when(accept(proposal()))
      .thenRejected('PROPOSAL_NOT_OPEN');
    story
      .given([set(), rejected(proposal())])
      .when(reject(proposal()))
      .thenNothing();
    story
      .given([set(), accepted(proposal())])
      .when(reject(proposal()))
      .thenRejected('PROPOSAL_NOT_OPEN');
  });

  it('that was accepted is rejected after all when the departure did not take it', () => {
    story
      .given([set(), accepted(proposal())])
      .when(reject(proposal(), true))
      .then([rejected(proposal())]);
  });
});

describe('a hotel night', () => {
  const night = proposal({
    proposalId: 'hotel-night~2026-03-01~h:2026-04-01:A',
    subjectKind: 'hotel-night',
    subjectId: 'h:2026-04-01:A',
    productId: null,
  });
  const next = { ...night, proposalId: 'hotel-night~2026-03-02~h:2026-04-01:A', current: 5_500, proposed: 6_000 };

  it('has the rate that was accepted last', () => {
    story
      .given([set(), accepted(night)])
      .when(accept(next, { now: undefined }), { now: '2026-03-02T12:00:00.000Z' })
      .thenState((state) => {
        if (state?.rates[night.subjectId]?.price !== 6_000) throw new Error('the rate is another');
      });
  });

  it('moves no further in a day than the rule allows, in however many steps', () => {
    const again = { ...next, proposed: 6_500 };
    story
      .given([set(), accepted(night)])
      .when(accept(again, { now: undefined }))
      .thenRejected('PRICE_OUTSIDE_RULE');
  });

  it('takes no proposal that was made for another rate', () => {
    const stale = { ...next, current: 5_000 };
    story
      .given([set(), accepted(night)])
      .when(accept(stale, { now: undefined }))
      .thenRejected('PROPOSAL_NOT_OPEN');
  });

  it('that is over is forgotten', () => {
    story.given([set(), accepted({ ...night, date: '2026-02-20' })]).thenState((state) => {
      if (Object.keys(state?.rates ?? {}).length + Object.keys(state?.decisions ?? {}).length > 0)
        throw new Error('kept');
    });
  });
});
