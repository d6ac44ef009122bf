import {
  createPriceHistory,
  type PriceHistory,
  type SoldPrice,
  toAnybody,
} from '../../contracts/features/price-features.ts';

/** What sales of one product or hotel say about the next one. */
export interface KnownSales {
  readonly history: PriceHistory;
  /** A sale like most are: what the price model is asked about when nobody in particular is buying. */
  readonly typical: Omit<SoldPrice, 'price' | 'variant' | 'bookedOn' | 'date'>;
}

/** @param today local date: sales of that day and later are not known yet */
export const knownSales = (
  kind: SoldPrice['kind'],
  subject: string,
  sales: readonly SoldPrice[],
  today: string,
): KnownSales => {
  const known = sales
    .filter(({ bookedOn, price }) => bookedOn < today && price > 0)
    .sort((a, b) => (a.bookedOn < b.bookedOn ? -1 : a.bookedOn > b.bookedOn ? 1 : 0));
  const history = createPriceHistory();
  for (const sale of known) history.add(sale);
  const usual = <K extends keyof SoldPrice>(key: K): SoldPrice[K] | undefined =>
    mostCommon(known.map((sale) => sale[key]));
  return {
    history,
    typical: {
      kind,
      subject,
      ...toAnybody,
      nights: usual('nights') ?? (kind === 'hotel' ? 1 : 0),
      adults: usual('adults') ?? 2,
      meal: usual('meal') ?? null,
      segment: usual('segment') ?? null,
      channel: usual('channel') ?? null,
      customerType: usual('customerType') ?? null,
    },
  };
};

const mostCommon = <T>(values: readonly T[]): T | undefined => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<readonly [T, number] | undefined>(
    (best, one) => (best === undefined || one[1] > best[1] ? one : best),
    undefined,
  )?.[0];
};
