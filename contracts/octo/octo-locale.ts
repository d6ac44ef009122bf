import { LOCALES, type Locale } from '../texts.ts';
import type { ProductView } from '../views/product.ts';
import { type Capabilities, capabilitiesHeader, capabilitiesOf } from './capabilities.ts';
import { localeOf, localesOf } from './octo-content.ts';

/** How a request wants its answer: which capabilities, and in what language. */
export interface Wanted {
  readonly capabilities: Capabilities;
  readonly locale: Locale;
}

/** Reads `Octo-Capabilities` and `Accept-Language`. @param headers by lower-case name. */
export const wantedBy = (headers: Readonly<Record<string, string | undefined>>): Wanted => ({
  capabilities: capabilitiesOf(headers['octo-capabilities']),
  locale: preferredLocale(headers['accept-language']),
});

/** The first language of an `Accept-Language` header (RFC 9110 §12.5.4) that we speak, `pt-BR` as `pt`; else English. */
const preferredLocale = (header: string | undefined): Locale => {
  const tags = (header ?? '').split(',').map((part) => {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { tag, quality: quality === undefined ? 1 : Number(quality) };
  });
  const wanted = tags.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) {
    const spoken = LOCALES.find((locale) => locale === tag.split('-')[0]);
    if (spoken !== undefined) return spoken;
  }
  return 'en';
};

/**
 * Headers of an answer: the capabilities in it and, with content, its language and those there are.
 * @param product whose content it shows; undefined where it shows many or none.
 */
export const octoHeaders = ({ capabilities, locale }: Wanted, product?: ProductView): Record<string, string> => ({
  'Octo-Capabilities': capabilitiesHeader(capabilities),
  ...(capabilities.has('octo/content')
    ? {
        'Content-Language': product === undefined ? locale : localeOf(product, locale),
        'Available-Languages': (product === undefined ? LOCALES : localesOf(product)).join(', '),
      }
    : {}),
});
