import { z } from 'zod';

/** An ISO 4217 alphabetic currency code. */
export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, like EUR');

/** An amount in minor units of its currency (1050 EUR = 10.50 €). Always an integer; never a float. */
export const minorUnits = z.int();

export const money = z.object({ amount: minorUnits, currency });
export type Money = z.infer<typeof money>;

const precisionCache = new Map<string, number>();

/** Number of decimals of a currency (ISO 4217 exponent, from CLDR data that ships with ICU): EUR 2, JPY 0, KWD 3. */
export const currencyPrecision = (code: string): number => {
  const known = precisionCache.get(code);
  if (known !== undefined) return known;
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  precisionCache.set(code, digits);
  return digits;
};
