import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCatalogue } from '../errors.ts';
import { octoError, octoErrorBody } from './octo-error.ts';
import { octoHeaders, wantedBy } from './octo-locale.ts';

const codes = Object.keys(errorCatalogue) as ErrorCode[];
const answer = (refused: ErrorCode, more: { field?: string; extensions?: Record<string, unknown> } = {}) =>
  octoError({ refused, detail: 'why', ...more }, errorCatalogue[refused].status);

describe('a refusal in the shape of OCTO', () => {
  it.each(codes)('%s has a code of the standard', (refused) => {
    for (const field of [undefined, 'productId', 'notes']) {
      const { status, body } = answer(refused, field === undefined ? {} : { field });
      expect(octoErrorBody.parse(body)).toEqual(body);
      expect(body.errorMessage).toBe('why');
      expect([400, 404, 405, 429, 500, 503]).toContain(status);
    }
  });

  it('is 400 for whatever a client can mend, and keeps the status of what it can try again', () => {
    expect(codes.filter((code) => answer(code, { field: 'notes' }).status !== 400).toSorted()).toEqual([
      'INTERNAL_ERROR',
      'METHOD_NOT_ALLOWED',
      'MODEL_UNAVAILABLE',
      'OVERLOADED',
      'PREDICTION_TIMEOUT',
      'RATE_LIMITED',
      'STORE_UNAVAILABLE',
      'VIEW_BEHIND',
    ]);
  });

  it.each([
    ['NOT_FOUND', 'productId', 'INVALID_PRODUCT_ID', 'productId'],
    ['PRODUCT_NOT_BOOKABLE', 'productId', 'INVALID_PRODUCT_ID', 'productId'],
    ['NOT_FOUND', 'optionId', 'INVALID_OPTION_ID', 'optionId'],
    ['NOT_FOUND', 'departureId', 'INVALID_AVAILABILITY_ID', 'availabilityId'],
    ['INVALID_BODY', 'availabilityId', 'INVALID_AVAILABILITY_ID', 'availabilityId'],
    ['INVALID_UNITS', 'unitItems.3.unitId', 'INVALID_UNIT_ID', 'unitId'],
    ['NOT_FOUND', 'bookingId', 'INVALID_BOOKING_UUID', 'uuid'],
    ['HOLD_EXPIRED', undefined, 'INVALID_BOOKING_UUID', 'uuid'],
    ['IDEMPOTENCY_KEY_REUSED', 'bookingId', 'INVALID_BOOKING_UUID', 'uuid'],
  ] as const)('%s of %s is %s with the id that was sent', (refused, field, error, idName) => {
    const sent = { productId: 'p', optionId: 'o', availabilityId: 'a', unitId: 'u', uuid: 'b' };
    const { body } = answer(refused, { ...(field === undefined ? {} : { field }), extensions: { sent } });
    expect(body).toEqual({ error, errorMessage: 'why', [idName]: sent[idName] });
  });

  it('tells a missing credential from a wrong one', () => {
    expect(answer('UNAUTHENTICATED', { extensions: { credential: 'missing' } }).body.error).toBe('UNAUTHORIZED');
    expect(answer('UNAUTHENTICATED', { extensions: { credential: 'refused' } }).body.error).toBe('FORBIDDEN');
    expect(answer('FORBIDDEN').body.error).toBe('FORBIDDEN');
  });
});

describe('what a request wants', () => {
  it.each([
    [undefined, 'en'],
    ['*', 'en'],
    ['de-AT, fr-CA;q=0.8, es;q=0.9', 'es'],
    ['pt-BR', 'pt'],
    ['es;q=0, fr', 'fr'],
  ])('in the language of %j is %s', (header, locale) => {
    expect(wantedBy({ 'accept-language': header }).locale).toBe(locale);
  });

  it('is told back: the served capabilities, and with content the language', () => {
    const all = wantedBy({ 'octo-capabilities': ' octo/content,OCTO/PRICING, octo/cart', 'accept-language': 'fr' });
    expect(octoHeaders(all)).toEqual({
      'Octo-Capabilities': 'octo/pricing, octo/content',
      'Content-Language': 'fr',
      'Available-Languages': 'es, en, pt, fr',
    });
    expect(octoHeaders(wantedBy({}))).toEqual({ 'Octo-Capabilities': '' });
  });
});
