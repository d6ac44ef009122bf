import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../errors.ts';

/** Error codes of the OCTO standard (https://docs.octo.travel/getting-started/errors). */
export const octoErrorCode = z.enum([
  'INVALID_PRODUCT_ID',
  'INVALID_OPTION_ID',
  'INVALID_UNIT_ID',
  'INVALID_AVAILABILITY_ID',
  'INVALID_BOOKING_UUID',
  'BAD_REQUEST',
  'UNPROCESSABLE_ENTITY',
  'INTERNAL_SERVER_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
]);
export type OctoErrorCode = z.infer<typeof octoErrorCode>;

/** The ids that a request named: those that an error is about are told again. */
export interface SentIds {
  readonly productId?: string | undefined;
  readonly optionId?: string | undefined;
  readonly unitId?: string | undefined;
  readonly availabilityId?: string | undefined;
  readonly uuid?: string | undefined;
}

/** A refusal as the HTTP layer has it; `extensions.sent` holds the `SentIds` of the request. */
interface Refused {
  readonly refused: ErrorCode;
  readonly detail: string;
  readonly field?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const ABOUT = {
  INVALID_PRODUCT_ID: 'productId',
  INVALID_OPTION_ID: 'optionId',
  INVALID_UNIT_ID: 'unitId',
  INVALID_AVAILABILITY_ID: 'availabilityId',
  INVALID_BOOKING_UUID: 'uuid',
} as const satisfies Partial<Record<OctoErrorCode, keyof SentIds>>;

const BY_FIELD: readonly (readonly [RegExp, keyof typeof ABOUT])[] = [
  [/^productId$/, 'INVALID_PRODUCT_ID'],
  [/^optionId$/, 'INVALID_OPTION_ID'],
  [/^(availabilityId|departureId)$|^availabilityIds/, 'INVALID_AVAILABILITY_ID'],
  [/^(unitItems\.\d+\.unitId|units\.\d+\.id)$/, 'INVALID_UNIT_ID'],
  [/^(uuid|bookingId)$/, 'INVALID_BOOKING_UUID'],
];

/** Refusals that a field can make one about an id. */
const ABOUT_AN_ID: readonly ErrorCode[] = [
  'NOT_FOUND',
  'INVALID_BODY',
  'INVALID_PARAMETER',
  'INVALID_UNITS',
  'PRODUCT_NOT_BOOKABLE',
];

const codeOf = ({ refused, field, extensions }: Refused): OctoErrorCode => {
  if (refused === 'UNAUTHENTICATED' || refused === 'INVALID_CREDENTIALS') {
    // Nothing sent is UNAUTHORIZED; a key that is wrong or revoked is FORBIDDEN.
    return extensions?.credential === 'refused' ? 'FORBIDDEN' : 'UNAUTHORIZED';
  }
  if (refused === 'FORBIDDEN') return 'FORBIDDEN';
  const aboutId = BY_FIELD.find(([pattern]) => pattern.test(field ?? ''))?.[1];
  if (aboutId !== undefined && ABOUT_AN_ID.includes(refused)) return aboutId;
  // The standard has the booking's uuid invalid when it was used before, and when its hold has expired.
  if (refused === 'HOLD_EXPIRED' || refused === 'ALREADY_EXISTS') return 'INVALID_BOOKING_UUID';
  if (refused === 'IDEMPOTENCY_KEY_REUSED') return 'INVALID_BOOKING_UUID';
  const { status } = errorCatalogue[refused];
  if (status >= 429) return 'INTERNAL_SERVER_ERROR';
  return status === 409 || refused === 'INVALID_UNITS' || refused === 'MISSING_CONTACT'
    ? 'UNPROCESSABLE_ENTITY'
    : 'BAD_REQUEST';
};

/**
 * A refusal in OCTO's shape, for the HTTP layer's `errorFormat`. The standard answers 400 to whatever it refuses; what
 * it does not speak of (no such path or method, too many requests, trouble of ours) keeps its HTTP status.
 */
export const octoError = (
  refusal: Refused,
  status: number,
): { readonly status: number; readonly body: OctoErrorBody } => {
  const error = codeOf(refusal);
  const sent = (refusal.extensions?.sent ?? {}) as SentIds;
  const idName = error in ABOUT ? ABOUT[error as keyof typeof ABOUT] : undefined;
  const noSuchRoute = status === 405 || (status === 404 && refusal.field === undefined);
  return {
    status: status >= 429 || noSuchRoute ? status : 400,
    body: {
      error,
      errorMessage: refusal.detail,
      ...(idName === undefined ? {} : { [idName]: sent[idName] ?? '' }),
    },
  };
};

export const octoErrorBody = z.object({
  error: octoErrorCode,
  errorMessage: z.string(),
  productId: z.string().optional(),
  optionId: z.string().optional(),
  unitId: z.string().optional(),
  availabilityId: z.string().optional(),
  uuid: z.string().optional(),
});
export type OctoErrorBody = z.infer<typeof octoErrorBody>;
