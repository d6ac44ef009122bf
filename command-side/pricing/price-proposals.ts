import { lowestPrice } from '../../contracts/catalogue/lowest-price.ts';
import { isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import { departurePriceAt, type PriceNow } from '../../contracts/departures/departure-price.ts';
import type { PriceScope, PricingEvent } from '../../contracts/events/pricing.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { nightOf, pricingIdOf, subjectOfProposal } from '../../contracts/pricing/price-ids.ts';
import type { ProposalDecision } from '../../contracts/views/pricing.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import { type DepartureCommand, departureDecider } from '../departures/departure-decider.ts';
import type { CommandHandling, CommandMeta, Handled } from '../handling/handle.ts';
import { type PricingCommand, type Proposal, pricingDecider } from './pricing-decider.ts';
import { proposalStream, proposalStreamId } from './proposal-stream.ts';

/** What was decided about a proposal. */
export interface DecidedProposal {
  readonly proposalId: string;
  readonly decision: ProposalDecision;
}
type Outcome = Promise<Handled<DecidedProposal> | Rejection>;

type Accepted = Extract<PricingEvent, { type: 'price.proposal-accepted.v1' }>['data'];

/** Decides about proposals, and gives departures the prices that were accepted. */
export interface PriceProposals {
  /**
   * Accepts within the rule as it is now, in the stream of the prices, then gives the departure its price. A departure that no
   * longer takes one (closed, past, sold out, priced otherwise) refuses before anything is written.
   */
  accept(proposalId: string, by: 'click' | 'rule', meta: CommandMeta): Outcome;
  reject(proposalId: string, reason: string | null, meta: CommandMeta): Outcome;
  /** Gives the departure of an accepted proposal its price; changes nothing when it has it, or does not take it any more. */
  apply(accepted: Accepted, meta: CommandMeta): Promise<Handled<unknown> | Rejection | undefined>;
}

/** A proposal, and whose prices it is about. */
interface Found {
  readonly proposal: Proposal;
  readonly scope: PriceScope;
  readonly scopeId: string;
}

/** @param clock ISO 8601 UTC instant of now. */
export const createPriceProposals = (handling: CommandHandling, clock: () => string): PriceProposals => {
  const find = async (proposalId: string, tenant: string): Promise<Found | Rejection> => {
    const subject = subjectOfProposal(proposalId);
    if (subject === undefined) return reject('NOT_FOUND', 'there is no such proposal');
    const id = proposalStreamId(tenant, subject.subjectId);
    const proposal = await handling.read(proposalStream, id, (latest) => latest, true);
    if (proposal === undefined || proposal.subjectKind !== subject.kind) {
      return reject('NOT_FOUND', 'there is no such proposal');
    }
    if (proposal.proposalId !== proposalId) {
      return reject('PROPOSAL_NOT_OPEN', `${proposal.proposalId} took its place`);
    }
    return subject.kind === 'departure'
      ? { proposal, scope: 'product', scopeId: proposal.productId ?? '' }
      : { proposal, scope: 'hotel', scopeId: nightOf(subject.subjectId)?.hotelId ?? '' };
  };

  /** The command that gives a departure its price, and where its price stands; or why it takes none. */
  const adjusting = async (departureId: string, proposalId: string, price: number, tenant: string) => {
    const departure = await handling.read(
      departureDecider,
      departureId,
      (state) => state && { ...state.departure },
      true,
    );
    if (departure?.tenant !== tenant) return reject('NOT_FOUND', 'there is no such departure');
    const product = await handling.read(productDecider, departure.productId, (state) => state, true);
    const list = product && lowestPrice(product, departure.optionId);
    if (list === null || list === undefined || list.amount < 1) {
      return reject('PRODUCT_NOT_BOOKABLE', 'the option of the departure has no price');
    }
    const command: DepartureCommand = {
      type: 'adjust-price',
      adjustment: { price, listPrice: list.amount },
      proposalId,
      basedOn: departure.adjustment,
    };
    const now = clock();
    const refused = await handling.read(departureDecider, departureId, (state) => {
      const decided = departureDecider.decide(command, state, { now, newId: (name) => name });
      return isRejection(decided) ? decided : undefined;
    });
    return refused ?? { command, standing: departurePriceAt(departure, list.amount, now) };
  };

  const decide = async (found: Found, step: Step, meta: CommandMeta): Outcome => {
    const id = pricingIdOf(meta.tenant, found.scope, found.scopeId);
    const { proposalId } = found.proposal;
    const command: PricingCommand = { ...step, ...found };
    const outcome = await handling.handle(pricingDecider, id, command, meta, (state) => {
      const decision = state?.decisions[proposalId];
      return decision && { proposalId, decision: { ...decision } };
    });
    if (isRejection(outcome)) return outcome;
    const { answer, ...handled } = outcome;
    return answer === undefined
      ? reject('PROPOSAL_NOT_OPEN', 'the day that it was for is over')
      : { ...handled, answer };
  };

  const adjust = (departureId: string, command: DepartureCommand, proposalId: string, meta: CommandMeta) => {
    const commandId = deterministicId('apply-price', proposalId, meta.commandId);
    return handling.handle(departureDecider, departureId, command, consequence(meta, commandId), () => undefined);
  };

  return {
    accept: async (proposalId, by, meta) => {
      const found = await find(proposalId, meta.tenant);
      if (isRejection(found)) return found;
      const { subjectKind, subjectId, proposed } = found.proposal;
      if (subjectKind === 'hotel-night') return decide(found, { type: 'accept', by, now: undefined }, meta);
      const adjustment = await adjusting(subjectId, proposalId, proposed, meta.tenant);
      if (isRejection(adjustment)) return adjustment;
      const accepted = await decide(found, { type: 'accept', by, now: adjustment.standing }, meta);
      if (isRejection(accepted)) return accepted;
      const applied = await adjust(subjectId, adjustment.command, proposalId, meta);
      if (!isRejection(applied)) return { ...accepted, position: Math.max(accepted.position, applied.position) };
      // Between the two it was closed, sold out or priced otherwise.
      const undo: Step = { type: 'reject', reason: applied.detail, refusedLater: true };
      await decide(found, undo, consequence(meta, deterministicId('refused-price', proposalId, meta.commandId)));
      return applied;
    },
    reject: async (proposalId, reason, meta) => {
      const found = await find(proposalId, meta.tenant);
      return isRejection(found) ? found : decide(found, { type: 'reject', reason, refusedLater: false }, meta);
    },
    apply: async ({ subjectKind, subjectId, proposalId, price, current }, meta) => {
      if (subjectKind !== 'departure') return undefined;
      const adjustment = await adjusting(subjectId, proposalId, price, meta.tenant);
      if (isRejection(adjustment)) return adjustment;
      // A price that was set after the proposal was accepted is not undone by hearing of the proposal late.
      return adjustment.standing.current === current
        ? adjust(subjectId, adjustment.command, proposalId, meta)
        : undefined;
    },
  };
};

type Step =
  | { readonly type: 'accept'; readonly by: 'click' | 'rule'; readonly now: PriceNow | undefined }
  | { readonly type: 'reject'; readonly reason: string | null; readonly refusedLater: boolean };

/** A further command that follows from the first. */
const consequence = ({ commandHash: _, ...meta }: CommandMeta, commandId: string): CommandMeta => ({
  ...meta,
  commandId,
});
