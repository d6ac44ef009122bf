import { z } from 'zod';
import { addDays } from '../../contracts/local-date.ts';
import { nightOf, pricingIdOf, subjectOfProposal } from '../../contracts/pricing/price-ids.ts';
import { proposalParams } from '../../contracts/pricing/pricing-requests.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import { type PredictionView, predictionIdOf, predictionView } from '../../contracts/views/prediction.ts';
import { type PricingView, proposalDecision } from '../../contracts/views/pricing.ts';
import { defineRoute, type Route, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { between, date, inOrder, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

type PriceView = Extract<PredictionView, { kind: 'price' }>;

const VIEWS = ['predictions', 'pricing', 'departures'] as const;
const listPath = '/v1/price-proposals';

const status = z.enum(['proposed', 'unchanged', 'accepted', 'applied', 'rejected', 'expired']);

const { payload, reasons } = predictionView.options[1].shape;

const proposal = payload.extend({
  status: status.describe(
    'unchanged: it proposes to leave the price as it is. applied: the departure is sold at it. expired: its day is over.',
  ),
  decision: proposalDecision.nullable(),
  proposedAt: z.string(),
  model: z.string(),
  version: z.string().nullable().describe('Null: the model was away, and no change is proposed.'),
  fallback: z.string().nullable(),
  reasons,
});
const inList = proposal.omit({ curve: true, reasons: true });

const proposalQuery = inOrder(
  z.strictObject({
    subjectKind: z.enum(['departure', 'hotel-night']).optional(),
    productId: word.optional(),
    from: date.optional().describe('First local date of the departures or nights.'),
    to: date.optional().describe('Last local date.'),
    ...pageParameters,
  }),
  'from',
  'to',
);

/** Routes of the latest proposal for each departure and hotel night. */
export const priceProposalRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: listPath,
    operationId: 'listPriceProposals',
    summary: 'List proposed prices',
    description:
      'The latest proposal for each departure or hotel night; a newer one takes the place of the one before.',
    tag: 'Prices',
    action: 'predictions:read',
    query: proposalQuery,
    responses: { 200: { description: 'A page of proposals, without their curves', schema: pageOf(inList) } },
    handle: ({ query, context }) =>
      readViews(deps, VIEWS, context, () => {
        const { tenant } = callerOf(context);
        const load = async () => {
          const page = await deps.documents.find<PriceView>(deps.liveViews.collection('predictions'), {
            filter: where({
              tenant,
              kind: 'price',
              'payload.subjectKind': query.subjectKind,
              'payload.productId': query.productId,
              'payload.date': between(query.from, query.to),
            }),
            sort: [['predictedAt', -1]],
            ...pageAsked(query),
          });
          const items = await withDecisions(deps, page.items);
          return { ...page, items: items.map(({ curve: _curve, reasons: _reasons, ...shown }) => shown) };
        };
        return pageReply({ path: listPath, query, context }, load);
      }),
  }),
  defineRoute({
    method: 'get',
    path: `${listPath}/:proposalId`,
    operationId: 'getPriceProposal',
    summary: 'Get a proposed price with its reasons and expected revenue curve',
    tag: 'Prices',
    action: 'predictions:read',
    params: proposalParams,
    query: z.strictObject({}),
    responses: { 200: { description: 'The proposal', schema: proposal } },
    errors: ['NOT_FOUND'],
    handle: ({ params: { proposalId }, context }) =>
      readViews(deps, VIEWS, context, async () => {
        const subject = subjectOfProposal(proposalId);
        const id = subject && predictionIdOf('price', callerOf(context).tenant, subject.subjectId);
        const found =
          id === undefined
            ? undefined
            : await deps.documents.get<PriceView>(deps.liveViews.collection('predictions'), id);
        const [shown] = found?.payload.proposalId === proposalId ? await withDecisions(deps, [found]) : [];
        return shown === undefined
          ? refuse('NOT_FOUND', 'there is no such proposal, or a newer one took its place')
          : { body: shown };
      }),
  }),
];

/** What was decided stands in the view of the prices, and what was applied in that of the departures. */
const withDecisions = async (
  { documents, liveViews, clock }: QueryDeps,
  proposals: readonly PriceView[],
): Promise<z.infer<typeof proposal>[]> => {
  const prices = await documents.getMany<PricingView>(liveViews.collection('pricing'), [
    ...new Set(proposals.map(pricingIdFor)),
  ]);
  const departures = await documents.getMany<DepartureView>(
    liveViews.collection('departures'),
    proposals.flatMap(({ payload }) => (payload.subjectKind === 'departure' ? [payload.subjectId] : [])),
  );
  const oldest = addDays(clock().slice(0, 10), -1);
  return proposals.map((view) => {
    const { payload, model, version, fallback, reasons, predictedAt: proposedAt } = view;
    const decision = prices.get(pricingIdFor(view))?.decisions[payload.proposalId] ?? null;
    const applied = departures.get(payload.subjectId)?.adjustment?.proposalId === payload.proposalId;
    const status = statusOf(payload, decision?.status, applied, oldest);
    return { ...payload, status, decision, proposedAt, model, version, fallback, reasons };
  });
};

const pricingIdFor = ({ tenant, payload }: PriceView): string =>
  payload.subjectKind === 'departure'
    ? pricingIdOf(tenant, 'product', payload.productId ?? '')
    : pricingIdOf(tenant, 'hotel', nightOf(payload.subjectId)?.hotelId ?? '');

const statusOf = (
  { current, proposed, date }: PriceView['payload'],
  decided: 'accepted' | 'rejected' | undefined,
  applied: boolean,
  oldest: string,
): z.infer<typeof status> => {
  if (applied) return 'applied';
  if (decided !== undefined) return decided;
  if (proposed === current) return 'unchanged';
  return date < oldest ? 'expired' : 'proposed';
};
