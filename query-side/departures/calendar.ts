import { z } from 'zod';
import { adjustedAmount } from '../../contracts/bookings/pricing.ts';
import { lowestPrice } from '../../contracts/catalogue/lowest-price.ts';
import { bestStatus, departureStatus, isBookable, statusOf } from '../../contracts/departures/departure-status.ts';
import { daysBetween } from '../../contracts/local-date.ts';
import { money } from '../../contracts/money.ts';
import { type DepartureView, departureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { visibleProduct } from '../catalogue/products.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { date, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const LONGEST_DAYS = 366;

const calendarDay = z.object({
  localDate: z.string(),
  status: departureStatus.describe('The best of the departures of the day.'),
  vacancies: z.int().min(0).nullable().describe('Seats that can be booked on the day; null: no limit.'),
  priceFrom: money
    .nullable()
    .describe('Lowest price of an adult among the options that can be booked; null where none can.'),
  departures: z.array(
    departureView
      .pick({
        id: true,
        availabilityId: true,
        optionId: true,
        localStart: true,
        localEnd: true,
        openingHours: true,
        vacancies: true,
      })
      .extend({ status: departureStatus }),
  ),
});

const calendar = z.object({ productId: z.string(), timeZone: z.string(), days: z.array(calendarDay) });

export const calendarRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/products/:id/calendar',
    operationId: 'getCalendar',
    summary: 'Get the availability calendar of a product',
    description: 'One entry for each local date that has departures, at most 366 days.',
    tag: 'Departures',
    action: 'departures:read',
    params: z.object({ id: word }),
    query: z.strictObject({
      optionId: word.optional().describe('Default: all options.'),
      from: date.describe('First local date.'),
      to: date.describe('Last local date.'),
    }),
    responses: { 200: { description: 'The calendar', schema: calendar } },
    errors: ['NOT_FOUND'],
    handle: ({ params, query, context }) =>
      readViews(deps, ['departures', 'products'], context, async () => {
        const days = daysBetween(query.from, query.to) + 1;
        if (days < 1) return refuse('INVALID_PARAMETER', 'to is before from', 'to');
        if (days > LONGEST_DAYS)
          return refuse('INVALID_PARAMETER', `from and to span ${days} days, at most ${LONGEST_DAYS} are shown`, 'to');
        const caller = callerOf(context);
        const product = await visibleProduct(deps, caller, params.id);
        if (product === undefined) return refuse('NOT_FOUND', `there is no product ${params.id}`);
        if (query.optionId !== undefined && !product.options.some(({ id }) => id === query.optionId))
          return refuse('INVALID_PARAMETER', 'the product has no such option', 'optionId');
        const departures: DepartureView[] = [];
        for await (const page of everyPage<DepartureView>(deps.documents, deps.liveViews.collection('departures'), {
          filter: where({
            tenant: caller.tenant,
            productId: product.id,
            optionId: query.optionId,
            localDate: { $gte: query.from, $lte: query.to },
          }),
        }))
          departures.push(...page);
        return {
          body: {
            productId: product.id,
            timeZone: product.details.timeZone,
            days: toDays(product, departures, deps.clock()),
          },
        };
      }),
  });

/** Departures gathered by their local date, in the order of date, start and option. */
export const toDays = (
  product: ProductView,
  departures: readonly DepartureView[],
  now: string,
): z.infer<typeof calendarDay>[] => {
  const byDate = new Map<string, DepartureView[]>();
  for (const departure of departures) {
    const day = byDate.get(departure.localDate);
    if (day === undefined) byDate.set(departure.localDate, [departure]);
    else day.push(departure);
  }
  return [...byDate]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([localDate, day]) => toDay(product, localDate, day, now));
};

const toDay = (product: ProductView, localDate: string, day: readonly DepartureView[], now: string) => {
  const shown = [...day]
    .sort((a, b) => a.startsAt.localeCompare(b.startsAt) || a.optionId.localeCompare(b.optionId))
    .map((departure) => ({ departure, status: statusOf(departure, now) }));
  const bookable = shown.filter(({ status }) => isBookable(status)).map(({ departure }) => departure);
  const prices = bookable
    .flatMap(({ optionId, adjustment }) => {
      const list = lowestPrice(product, optionId);
      return list === null ? [] : [{ ...list, amount: adjustedAmount(list.amount, adjustment) }];
    })
    .sort((a, b) => a.amount - b.amount);
  return {
    localDate,
    status: bestStatus(shown.map(({ status }) => status)),
    vacancies: bookable.some(({ vacancies }) => vacancies === null)
      ? null
      : bookable.reduce((sum, { vacancies }) => sum + (vacancies ?? 0), 0),
    priceFrom: prices[0] ?? null,
    departures: shown.map(({ departure, status }) => ({
      id: departure.id,
      availabilityId: departure.availabilityId,
      optionId: departure.optionId,
      localStart: departure.localStart,
      localEnd: departure.localEnd,
      openingHours: departure.openingHours,
      vacancies: departure.vacancies,
      status,
    })),
  };
};
