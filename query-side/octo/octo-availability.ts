import { z } from 'zod';
import type { Option } from '../../contracts/events/catalogue.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { addDays, daysBetween } from '../../contracts/local-date.ts';
import {
  type AvailabilityAsked,
  octoAvailability,
  octoCalendarDay,
  toOctoAvailabilities,
  toOctoCalendarDay,
} from '../../contracts/octo/octo-availability.ts';
import { octoHeaders, wantedBy } from '../../contracts/octo/octo-locale.ts';
import {
  type OctoAvailabilityBody,
  octoAvailabilityBody,
  octoCalendarBody,
} from '../../contracts/octo/octo-requests.ts';
import { hideNet } from '../../contracts/policy.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import { defineRoute, type Refusal, type RequestContext, type Route, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { publishedProduct } from './octo-products.ts';

const LONGEST_DAYS = 731;

/** First and last local date, both inclusive. */
type Dates = readonly [from: string, to: string];

/** Routes of availability under /octo. */
export const octoAvailabilityRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'post',
    path: '/octo/availability',
    operationId: 'octoCheckAvailability',
    summary: 'Check the availability of an option',
    description: 'By `localDate`, by `localDateStart` and `localDateEnd` (at most 731 days), or by `availabilityIds`.',
    tag: 'OCTO',
    action: 'departures:read',
    body: octoAvailabilityBody,
    responses: { 200: { description: 'One availability a departure', schema: z.array(octoAvailability) } },
    handle: async ({ body, context }) => {
      const dates = datesOf(body);
      if (dates !== undefined && 'refused' in dates) return dates;
      const asked = await askedFor(deps, body, context);
      if ('refused' in asked) return asked;
      const departures =
        dates === undefined
          ? await departuresById(deps, asked, body.availabilityIds ?? [])
          : (await departuresBetween(deps, asked, dates)).filter(
              ({ availabilityId }) => body.availabilityIds?.includes(availabilityId) ?? true,
            );
      return {
        body: hideNet(callerOf(context), toOctoAvailabilities(departures, asked)),
        headers: octoHeaders(asked, asked.product),
      };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/octo/availability/calendar',
    operationId: 'octoGetCalendar',
    summary: 'Get the availability of an option day by day',
    description: 'One object a day from `localDateStart` to `localDateEnd`, at most 731 days.',
    tag: 'OCTO',
    action: 'departures:read',
    body: octoCalendarBody,
    responses: { 200: { description: 'The days', schema: z.array(octoCalendarDay) } },
    handle: async ({ body, context }) => {
      const dates = datesOf(body);
      if (dates === undefined || 'refused' in dates) return dates ?? noDates();
      const asked = await askedFor(deps, body, context);
      if ('refused' in asked) return asked;
      const byDate = new Map<string, DepartureView[]>(everyDay(dates).map((date) => [date, []]));
      for (const departure of await departuresBetween(deps, asked, dates))
        byDate.get(departure.localDate)?.push(departure);
      const days = [...byDate].map(([date, departures]) => toOctoCalendarDay(date, departures, asked));
      return { body: hideNet(callerOf(context), days), headers: octoHeaders(asked, asked.product) };
    },
  }),
];

const noDates = (): Refusal =>
  refuse('BAD_REQUEST', 'either localDate, localDateStart/localDateEnd or availabilityIds is required', 'localDate');

/** The dates that are asked for; undefined where only availability ids are. */
const datesOf = (body: Omit<OctoAvailabilityBody, 'productId' | 'optionId'>): Dates | undefined | Refusal => {
  const from = body.localDateStart ?? body.localDate;
  const to = body.localDateEnd ?? body.localDate;
  if (from === undefined && to === undefined) return body.availabilityIds === undefined ? noDates() : undefined;
  if (from === undefined)
    return refuse('BAD_REQUEST', 'localDateStart is required with localDateEnd', 'localDateStart');
  if (to === undefined) return refuse('BAD_REQUEST', 'localDateEnd is required with localDateStart', 'localDateEnd');
  if (to < from) return refuse('BAD_REQUEST', 'localDateEnd is before localDateStart', 'localDateEnd');
  const days = daysBetween(from, to) + 1;
  return days <= LONGEST_DAYS
    ? [from, to]
    : refuse('BAD_REQUEST', `${days} days are asked for, at most ${LONGEST_DAYS} are shown`, 'localDateEnd');
};

const everyDay = ([from, to]: Dates): string[] =>
  Array.from({ length: daysBetween(from, to) + 1 }, (_, day) => addDays(from, day));

const askedFor = async (
  deps: QueryDeps,
  body: Pick<OctoAvailabilityBody, 'productId' | 'optionId' | 'units' | 'currency'>,
  context: RequestContext,
): Promise<AvailabilityAsked | Refusal> => {
  const { productId, optionId, currency } = body;
  const product = await publishedProduct(deps, callerOf(context), productId);
  if ('refused' in product) return product;
  const option = product.options.find(({ id }) => id === optionId);
  if (option === undefined) {
    return refuse('NOT_FOUND', 'the product has no such option', 'optionId', { sent: { optionId } });
  }
  if ((currency ?? product.details.currency) !== product.details.currency) {
    return refuse('BAD_REQUEST', `the product is sold in ${product.details.currency}`, 'currency');
  }
  const units = unitsOf(option, body.units);
  if (units !== undefined && 'refused' in units) return units;
  return { product, option, units, ...wantedBy(context.headers), now: deps.clock() };
};

const unitsOf = (option: Option, units: OctoAvailabilityBody['units']): Map<string, number> | undefined | Refusal => {
  const quantities = new Map<string, number>();
  for (const [index, { id, quantity }] of (units ?? []).entries()) {
    if (!option.units.some((unit) => unit.id === id)) {
      return refuse('INVALID_UNITS', 'the option has no such unit', `units.${index}.id`, { sent: { unitId: id } });
    }
    if (quantity > 0) quantities.set(id, (quantities.get(id) ?? 0) + quantity);
  }
  return quantities.size === 0 ? undefined : quantities;
};

const inOrder = (departures: DepartureView[]): DepartureView[] =>
  departures.sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));

const departuresBetween = async (
  { documents, liveViews }: QueryDeps,
  { product, option }: AvailabilityAsked,
  [from, to]: Dates,
): Promise<DepartureView[]> => {
  const departures: DepartureView[] = [];
  const filter = {
    tenant: product.tenant,
    productId: product.id,
    localDate: { $gte: from, $lte: to },
    optionId: option.id,
  };
  for await (const page of everyPage<DepartureView>(documents, liveViews.collection('departures'), { filter })) {
    departures.push(...page);
  }
  return inOrder(departures);
};

/** Ids that no departure of the option has are left out, as the standard filters by them. */
const departuresById = async (
  { documents, liveViews }: QueryDeps,
  { product, option }: AvailabilityAsked,
  availabilityIds: readonly string[],
): Promise<DepartureView[]> => {
  const ids = [...new Set(availabilityIds)].map((id) => deterministicId('departure', product.id, option.id, id));
  const found = await documents.getMany<DepartureView>(liveViews.collection('departures'), ids);
  return inOrder([...found.values()].filter(({ tenant }) => tenant === product.tenant));
};
