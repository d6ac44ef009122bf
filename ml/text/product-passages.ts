import type { ProductTexts } from '../../contracts/events/catalogue.ts';
import { LOCALES } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';

/** Of a description: what comes later tells conditions rather than what it is. About 200 tokens. */
const LONGEST_DESCRIPTION = 800;

/** What is embedded of a product: one passage for each language that it is described in, the most telling first. */
export const passagesOf = ({ texts, details: { location } }: ProductView): readonly string[] => {
  const place = location === null ? [] : [location.title, location.city];
  return LOCALES.flatMap((locale) => {
    const given = texts[locale];
    return given === undefined ? [] : [passage(given, place)];
  });
};

const passage = ({ title, shortDescription, description, features }: ProductTexts, place: readonly string[]): string =>
  [
    title,
    shortDescription ?? '',
    [...new Set(place)].join(', '),
    (description ?? '').slice(0, LONGEST_DESCRIPTION),
    features.map((feature) => feature.shortDescription).join(', '),
  ]
    .filter((part) => part !== '')
    .join('. ');
