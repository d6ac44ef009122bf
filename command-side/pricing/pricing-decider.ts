import { type Decider, type Rejection, reject } from '../../contracts/decider.ts';
import type { PriceNow } from '../../contracts/departures/departure-price.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { PriceRule, PriceScope, PricingEvent } from '../../contracts/events/pricing.ts';
import { addDays } from '../../contracts/local-date.ts';
import { applyPricingEvent } from '../../contracts/pricing/pricing-fold.ts';
import { outsideRails } from '../../contracts/pricing/rails.ts';
import type { PricingView } from '../../contracts/views/pricing.ts';

/** A proposal as its event told it. */
export type Proposal = Extract<PredictionEvent, { type: 'price.proposed.v1' }>['data'];

interface Of {
  readonly scope: PriceScope;
  readonly scopeId: string;
}

export type PricingCommand =
  | ({ readonly type: 'set-rule'; readonly rule: PriceRule } & Of)
  | ({ readonly type: 'remove-rule' } & Of)
  | ({
      readonly type: 'accept';
      readonly proposal: Proposal;
      readonly by: 'click' | 'rule';
      /** Of a departure; the price of a night is what was accepted last, which is decided here. */
      readonly now: PriceNow | undefined;
    } & Of)
  /** `refusedLater`: it had been accepted, and then the departure did not take the price. */
  | ({
      readonly type: 'reject';
      readonly proposal: Proposal;
      readonly reason: string | null;
      readonly refusedLater: boolean;
    } & Of);
type CommandOf<T extends PricingCommand['type']> = Extract<PricingCommand, { type: T }>;

export type PricingState = PricingView | undefined;
type Decision = readonly PricingEvent[] | Rejection;

/**
 * The one place where a rule and the decisions under it meet: a proposal is accepted only within the rule as it is then, whoever
 * changed it meanwhile. Commands may come again.
 */
export const pricingDecider: Decider<PricingState, PricingCommand, PricingEvent> = {
  context: 'price',
  version: 1,
  initial: () => undefined,
  decide: (command, state, { now }) => {
    const { scope, scopeId } = command;
    switch (command.type) {
      case 'set-rule':
        return JSON.stringify(state?.rule) === JSON.stringify(command.rule)
          ? []
          : [{ type: 'price.rule-set.v1', data: { scope, scopeId, rule: command.rule } }];
      case 'remove-rule':
        if (state === undefined) return reject('NOT_FOUND', `there is no price rule of this ${scope}`);
        return state.rule === null ? [] : [{ type: 'price.rule-removed.v1', data: { scope, scopeId } }];
      case 'accept':
        return accept(command, state, now);
      case 'reject':
        return rejectProposal(command, state, now);
    }
  },
  evolve: applyPricingEvent,
};

const accept = (command: CommandOf<'accept'>, state: PricingState, now: string): Decision => {
  const { scope, scopeId, proposal, by } = command;
  const { proposalId, subjectKind, subjectId, date, currency, current, proposed } = proposal;
  const decision = state?.decisions[proposalId];
  if (decision?.status === 'accepted') return [];
  if (decision !== undefined) return reject('PROPOSAL_NOT_OPEN', 'the proposal was rejected');
  const rule = state?.rule ?? undefined;
  if (rule === undefined) return reject('PRICE_OUTSIDE_RULE', `there is no price rule of this ${scope}`);
  if (by === 'rule' && !rule.autoApply) return reject('PRICE_OUTSIDE_RULE', 'the rule wants a click');
  const price = command.now ?? nightNow(state, proposal, now);
  const refused = notOpen(proposal, price.current, now);
  if (refused !== undefined) return refused;
  if (currency !== rule.currency) return reject('PRICE_OUTSIDE_RULE', `the rule is in ${rule.currency}`);
  const outside = outsideRails(rule, price.dayBegan, proposed);
  if (outside !== undefined) return reject('PRICE_OUTSIDE_RULE', outside);
  const data = { scope, scopeId, proposalId, subjectKind, subjectId, date, currency, current, price: proposed, by };
  return [{ type: 'price.proposal-accepted.v1', data }];
};

const rejectProposal = (command: CommandOf<'reject'>, state: PricingState, now: string): Decision => {
  const { scope, scopeId, proposal, reason, refusedLater } = command;
  const { proposalId, subjectKind, subjectId, date } = proposal;
  const status = state?.decisions[proposalId]?.status;
  if (status === 'rejected') return [];
  if (status === 'accepted' && !refusedLater) return reject('PROPOSAL_NOT_OPEN', 'the proposal was accepted');
  if (isPast(date, now)) return reject('PROPOSAL_NOT_OPEN', `${date} has passed`);
  return [
    {
      type: 'price.proposal-rejected.v1',
      data: { scope, scopeId, proposalId, subjectKind, subjectId, date, reason },
    },
  ];
};

const notOpen = ({ date, current, proposed }: Proposal, currentNow: number, now: string): Rejection | undefined => {
  if (isPast(date, now)) return reject('PROPOSAL_NOT_OPEN', `${date} has passed`);
  if (proposed === current) return reject('PROPOSAL_NOT_OPEN', 'it proposes to leave the price as it is');
  return current === currentNow
    ? undefined
    : reject('PROPOSAL_NOT_OPEN', `the price was ${current} when it was proposed and is ${currentNow} now`);
};

/** A day is over when it is over everywhere on earth. */
const isPast = (date: string, now: string): boolean => date < addDays(now.slice(0, 10), -1);

/** A night that no rate was accepted for stands where the proposal found it. */
const nightNow = (state: PricingState, { subjectId, current }: Proposal, now: string): PriceNow => {
  const rate = state?.rates[subjectId];
  if (rate === undefined) return { current, dayBegan: current };
  return { current: rate.price, dayBegan: rate.on === now.slice(0, 10) ? rate.from : rate.price };
};
