import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../infra/http/route.ts';
import { chooseLocale, preferences } from './preferences.ts';

describe('preferences', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['text/csv', ['text/csv']],
    ['a;q=0.1, b, c;Q=0.5, d;q=0', ['b', 'c', 'a']],
    ['a;q=nonsense, b;q=0.2', ['b']],
  ])('of %j', (header, values) => {
    expect(preferences(header)).toEqual(values);
  });
});

describe('the language of an answer', () => {
  const asking = (header?: string): RequestContext => ({
    principal: undefined,
    correlationId: 'c',
    idempotencyKey: undefined,
    bodyHash: '',
    traceparent: undefined,
    headers: { 'accept-language': header },
    origin: '',
  });

  it.each([
    ['fr', 'pt', 'fr'],
    [undefined, 'pt-BR, en', 'pt'],
    [undefined, 'de-DE, ja;q=0.9', 'en'],
    [undefined, '*', 'en'],
    [undefined, undefined, 'en'],
  ] as const)('asked for %s with %s is %s', (asked, header, locale) => {
    expect(chooseLocale(asked, asking(header))).toBe(locale);
  });
});
