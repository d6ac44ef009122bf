import { z } from 'zod';

/** The languages the platform speaks, to travellers and to staff. */
export const LOCALES = ['es', 'en', 'pt', 'fr'] as const;
export const locale = z.enum(LOCALES);
export type Locale = z.infer<typeof locale>;

/**
 * The first of the wanted locale, English, or any other text there is.
 * A reader sees a text in another language rather than none.
 */
export const inLocale = <T>(texts: Partial<Record<Locale, T>>, wanted: Locale): T | undefined =>
  texts[wanted] ?? texts.en ?? texts.es ?? texts.pt ?? texts.fr;
