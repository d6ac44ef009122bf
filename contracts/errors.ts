/**
 * The one catalogue of errors: code, HTTP status and title of every expected refusal (RFC 9457 problem types).
 * docs/errors.md lists the same; a test holds code and docs together.
 */
export const errorCatalogue = {
  BAD_REQUEST: { status: 400, title: 'The request is malformed' },
  INVALID_BODY: { status: 422, title: 'The body does not match its schema' },
  INVALID_PARAMETER: { status: 400, title: 'A path or query parameter is not valid' },
  UNAUTHENTICATED: { status: 401, title: 'A valid credential is needed' },
  INVALID_CREDENTIALS: { status: 401, title: 'E-mail or password is wrong' },
  FORBIDDEN: { status: 403, title: 'The credential does not allow this' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The path does not take this method' },
  CONFLICT: { status: 409, title: 'The change does not fit the present state' },
  ALREADY_EXISTS: { status: 409, title: 'It exists already' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: 'This Idempotency-Key was used with another body' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body is of a type that is not taken here' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  OVERLOADED: { status: 503, title: 'The platform is busy; try again shortly' },
  STORE_UNAVAILABLE: { status: 503, title: 'The event store cannot take writes now' },
  INTERNAL_ERROR: { status: 500, title: 'Something went wrong on our side' },
  VIEW_BEHIND: { status: 503, title: 'The view has not reached the position asked for' },

  PRODUCT_NOT_PUBLISHABLE: { status: 409, title: 'The product lacks what it needs to be published' },
  PRODUCT_NOT_BOOKABLE: { status: 409, title: 'The product cannot be booked' },
  INVALID_UNITS: { status: 422, title: 'The units do not fit the rules of the option' },
  INVALID_TIME_ZONE: { status: 422, title: 'Not an IANA time zone' },

  SOLD_OUT: { status: 409, title: 'Not enough seats are left' },
  DEPARTURE_CLOSED: { status: 409, title: 'The departure is closed' },
  CUTOFF_PASSED: { status: 409, title: 'Bookings for this departure have closed' },
  CAPACITY_BELOW_SOLD: { status: 409, title: 'The capacity would be below what is sold and held' },

  BOOKING_NOT_ON_HOLD: { status: 409, title: 'The booking is not on hold' },
  HOLD_EXPIRED: { status: 409, title: 'The hold has expired' },
  NOT_CANCELLABLE: { status: 409, title: 'The booking can no longer be cancelled' },
  NOT_REDEEMABLE: { status: 409, title: 'The ticket cannot be redeemed' },
  MISSING_CONTACT: { status: 422, title: 'A contact field that the product requires is missing' },

  PRICE_OUTSIDE_RULE: { status: 409, title: 'The price is not one that the rule allows' },
  PROPOSAL_NOT_OPEN: { status: 409, title: 'The proposal can no longer be decided on' },

  STAY_STATE: { status: 409, title: 'The stay is not in a state that allows this' },

  MODEL_REFUSED: { status: 422, title: 'The model cannot be taken in' },
  INVALID_FEATURES: { status: 422, title: 'The model does not take these features' },
  MODEL_UNAVAILABLE: { status: 503, title: 'The model cannot answer now' },
  PREDICTION_TIMEOUT: { status: 503, title: 'The prediction took too long' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ErrorCode = keyof typeof errorCatalogue;
