import { z } from 'zod';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { deterministicId, randomId } from '../../contracts/ids.ts';
import { toOctoBooking } from '../../contracts/octo/octo-booking.ts';
import type { SentIds } from '../../contracts/octo/octo-error.ts';
import { octoHeaders, wantedBy } from '../../contracts/octo/octo-locale.ts';
import type { OctoUnitItemBody } from '../../contracts/octo/octo-requests.ts';
import { hideNet } from '../../contracts/policy.ts';
import { type Refusal, type Reply, type RequestContext, refuse } from '../../infra/http/route.ts';
import type { BookingResult, RequestMeta } from '../bookings/booking-requests.ts';
import type { BookingService } from '../bookings/booking-service.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { metaOf, principalOf } from '../handling/meta-of.ts';
import { readEnough } from '../handling/read-enough.ts';
import { CONSISTENCY_TOKEN } from '../handling/reply-to.ts';

export interface OctoCommandDeps {
  readonly bookings: BookingService;
  readonly handling: CommandHandling;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
}

/** A uuid in the form in which it names a stream; undefined where it is none. */
export const uuidOf = (text: string): string | undefined => {
  const parsed = z.uuid().safeParse(text);
  return parsed.success ? parsed.data.toLowerCase() : undefined;
};

/** Refuses what is no UUID. */
export const invalidUuid = (uuid: string): Refusal =>
  refuse('INVALID_BODY', 'the uuid was missing or is not a UUID', 'uuid', { sent: { uuid } });

/** OCTO names a departure by its availability id, ours by an id made of it. */
export const departureIdOf = (productId: string, optionId: string, availabilityId: string): string =>
  deterministicId('departure', productId, optionId, availabilityId);

/**
 * The command of a request. The standard has no Idempotency-Key: `name` tells which command of a booking a request is,
 * so that the same one again gets the first answer. Undefined: each request is a command of its own.
 */
export const octoMeta = (context: RequestContext, name?: readonly string[]): RequestMeta => {
  const { tenant: _, actor: __, ...meta } = metaOf(context);
  if (context.idempotencyKey !== undefined) return meta;
  if (name === undefined) return { ...meta, commandId: randomId() };
  return {
    ...meta,
    commandId: deterministicId('octo', principalOf(context).tenant, ...name),
    commandHash: context.bodyHash,
  };
};

/** Why a currency can't be had: each product is sold in one. A product that is not there is refused elsewhere. */
export const otherCurrency = async (
  { handling }: OctoCommandDeps,
  tenant: string,
  productId: string,
  currency: string | null | undefined,
): Promise<Refusal | undefined> => {
  if (currency == null) return undefined;
  const sold = await readEnough(
    handling,
    productDecider,
    productId,
    (product) => (product?.tenant === tenant ? product.details.currency : undefined),
    (known) => known === currency,
  );
  return sold === undefined || sold === currency
    ? undefined
    : refuse('BAD_REQUEST', `the product is sold in ${sold}`, 'currency');
};

/** A rejection with the ids that the request named. */
export const refused = (rejection: Rejection, sent: SentIds, unitItems: readonly OctoUnitItemBody[] = []): Refusal => {
  const index = /^unitItems\.(\d+)\./.exec(rejection.field ?? '')?.[1];
  const unitId = index === undefined ? undefined : unitItems[Number(index)]?.unitId;
  return refuse(rejection.rejected, rejection.detail, rejection.field, { sent: { ...sent, unitId } });
};

/** The booking in OCTO's shape, or the rejection. */
export const octoReply = async (
  { handling, clock }: OctoCommandDeps,
  result: BookingResult | Rejection,
  context: RequestContext,
  sent: SentIds,
  unitItems?: readonly OctoUnitItemBody[],
): Promise<Reply | Refusal> => {
  if (isRejection(result)) return refused(result, sent, unitItems);
  const { booking, position } = result;
  const product = await handling.read(productDecider, booking.productId, (state) => state);
  const wanted = wantedBy(context.headers);
  return {
    body: hideNet(principalOf(context), toOctoBooking(booking, product, { ...wanted, now: clock() })),
    headers: { ...octoHeaders(wanted, product), [CONSISTENCY_TOKEN]: String(position) },
  };
};
