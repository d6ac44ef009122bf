import { LOCALES, type Locale } from '../../contracts/texts.ts';
import type { RequestContext } from '../../infra/http/route.ts';

/** Values of an `Accept…` header, the most wanted first; those with `q=0` are left out (RFC 9110 §12.4.2). */
export const preferences = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((part) => {
      const [value = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { value, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ value, quality }) => value !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ value }) => value);

/** The language to answer in: what the query says, else the first of `Accept-Language` that we speak (`pt-BR` is `pt`), else English. */
export const chooseLocale = (asked: Locale | undefined, context: RequestContext): Locale => {
  if (asked !== undefined) return asked;
  for (const tag of preferences(context.headers['accept-language'])) {
    const spoken = LOCALES.find((locale) => locale === tag.split('-')[0]);
    if (spoken !== undefined) return spoken;
  }
  return 'en';
};
