import type { Occurred } from '../events/define.ts';
import type { PricingEvent } from '../events/pricing.ts';
import { addDays } from '../local-date.ts';
import type { PricingView } from '../views/pricing.ts';
import { pricingIdOf } from './price-ids.ts';

/**
 * A product's or hotel's prices after one more of their events; changes `view` in place. The decider and the view both fold with it.
 * Decisions and rates of days that are over are dropped, so that it does not grow with the past.
 */
export const applyPricingEvent = (view: PricingView | undefined, event: Occurred<PricingEvent>): PricingView => {
  const { scope, scopeId } = event.data;
  const { tenant, time } = event;
  const id = pricingIdOf(tenant, scope, scopeId);
  const next: PricingView = view ?? {
    id,
    tenant,
    scope,
    scopeId,
    rule: null,
    hasRule: false,
    updatedAt: time,
    decisions: {},
    rates: {},
  };
  next.updatedAt = time;
  switch (event.type) {
    case 'price.rule-set.v1':
      next.rule = event.data.rule;
      next.hasRule = true;
      break;
    case 'price.rule-removed.v1':
      next.rule = null;
      next.hasRule = false;
      break;
    case 'price.proposal-accepted.v1': {
      const { proposalId, date, by } = event.data;
      next.decisions[proposalId] = { status: 'accepted', at: time, date, by, reason: null };
      if (event.data.subjectKind === 'hotel-night') setRate(next, event.data, time.slice(0, 10));
      break;
    }
    case 'price.proposal-rejected.v1': {
      const { proposalId, date, reason } = event.data;
      next.decisions[proposalId] = { status: 'rejected', at: time, date, by: 'click', reason };
      break;
    }
  }
  // From the day before yesterday on: somewhere on earth it still is.
  const oldest = addDays(time.slice(0, 10), -2);
  next.decisions = since(next.decisions, oldest);
  next.rates = since(next.rates, oldest);
  return next;
};

type Accepted = Extract<PricingEvent, { type: 'price.proposal-accepted.v1' }>['data'];

const setRate = (view: PricingView, { subjectId, date, price, current }: Accepted, today: string): void => {
  const before = view.rates[subjectId];
  view.rates[subjectId] = { date, price, on: today, from: before?.on === today ? before.from : current };
};

const since = <T extends { readonly date: string }>(byId: Record<string, T>, oldest: string): Record<string, T> =>
  Object.values(byId).every(({ date }) => date >= oldest)
    ? byId
    : Object.fromEntries(Object.entries(byId).filter(([, { date }]) => date >= oldest));
