import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { PriceRule } from '../../contracts/events/pricing.ts';
import { randomId } from '../../contracts/ids.ts';
import { proposalIdOf } from '../../contracts/pricing/price-ids.ts';
import { predictionIdOf } from '../../contracts/views/prediction.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { BOAT, MORNING, TENANT } from '../bookings/tour-company.ts';

export type Proposal = Extract<PredictionEvent, { type: 'price.proposed.v1' }>['data'];

/** A rule of the boat, whose adults pay 10.00 by the list. */
export const boatRule = (over: Partial<PriceRule> = {}): PriceRule => ({
  currency: 'EUR',
  floor: 800,
  ceiling: 2_000,
  step: 50,
  maxChangePercent: 20,
  parity: [],
  autoApply: false,
  roomTypes: [],
  ...over,
});

/** 12.00 instead of 10.00 for the departure on the first of July. */
export const aProposal = (over: Partial<Proposal> = {}, run = '2026-03-01'): Proposal => {
  const { subjectKind = 'departure', subjectId = MORNING } = over;
  return {
    proposalId: proposalIdOf(subjectKind, run, subjectId),
    subjectKind,
    subjectId,
    productId: subjectKind === 'departure' ? BOAT : null,
    date: '2026-07-01',
    currency: 'EUR',
    current: 1_000,
    proposed: 1_200,
    lowest: 800,
    highest: 1_200,
    explanation: ['12.00 EUR instead of 10.00 EUR: expected to bring 8.0 % more revenue.'],
    curve: [{ price: 1_200, demand: 4.2, revenue: 5_040 }],
    autoApply: false,
    model: 'price',
    version: '1.0.0',
    fallback: null,
    inputsHash: '0'.repeat(64),
    reasons: [],
    ...over,
  };
};

/** Writes a proposal as the role that predicts does. */
export const propose = async (eventStore: EventStore, data: Proposal, tenant = TENANT): Promise<Proposal> => {
  const id = randomId();
  const time = new Date().toISOString();
  const envelope = { id, time, tenant, actor: 'system:ml', correlationId: id, causationId: id };
  const stream = `prediction-${predictionIdOf('price', tenant, data.subjectId)}`;
  await eventStore.append(stream, 'any', [{ ...envelope, type: 'price.proposed.v1', data }]);
  return data;
};
