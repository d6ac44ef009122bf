import { similarity } from './content-similarity.ts';
import { type Candidate, diversify } from './diversify.ts';
import { type Market, titleOf } from './market.ts';

/** Products of a list that is kept: more than anybody is shown, because some sell out before it is read. */
export const KEPT = 30;
/** Products most like one that are looked at. */
const NEAREST = 30;
/** Best products whose like is looked for too. */
const BEST = 10;
const POPULAR_AT_ONCE = 100;
const MOST_POPULAR_TRIED = 1_000;

export const POPULAR = 'popular of late';
export const bookedWith = (title: string): string => `booked by travellers who booked ${title}`;
const like = (title: string): string => `like ${title}`;

/** What a list is made of. */
export interface ListMatter {
  /** What it is made for: products with how much each counts. */
  readonly history: ReadonlyMap<string, number>;
  /** Products that must not be in it. */
  readonly exclude: ReadonlySet<string>;
  /** What the model lists, best first; empty where it knows nothing of the history. */
  readonly ranked: readonly Candidate[];
  /** Whether the model knows a product: the others can only be listed by what they are. */
  readonly isKnown: (productId: string) => boolean;
}

/**
 * A list of products that can be booked now: what the model ranks, among it what it does not know but is like what was booked or
 * ranked high, so put that different things are shown; then what is popular.
 */
export const composeList = async (market: Market, matter: ListMatter): Promise<readonly Candidate[]> => {
  const candidates = new Map<string, Candidate>();
  for (const candidate of [...matter.ranked, ...byContent(market, matter)]) {
    const before = candidates.get(candidate.productId);
    if (matter.exclude.has(candidate.productId) || (before !== undefined && before.score >= candidate.score)) continue;
    candidates.set(candidate.productId, candidate);
  }
  const sellable = await market.sellable([...candidates.keys()]);
  const listed = diversify(
    [...candidates.values()].filter(({ productId }) => sellable.has(productId)),
    KEPT,
    (one, other) => likeness(market, one, other),
  );
  const taken = new Set([...matter.exclude, ...listed.map(({ productId }) => productId)]);
  return [...listed, ...(await popularProducts(market, KEPT - listed.length, taken))];
};

/** How alike two products are by what they are, from 0 to 1. */
export const likeness = ({ content }: Market, one: string, other: string): number =>
  similarity(content.traits.get(one) ?? new Map(), content.traits.get(other) ?? new Map());

/** The most wanted products of late that can be booked, as many as there are of `count`. */
export const popularProducts = async (
  { popular, recent, sellable }: Market,
  count: number,
  without: ReadonlySet<string> = new Set(),
): Promise<readonly Candidate[]> => {
  const tried = popular.filter((productId) => !without.has(productId)).slice(0, MOST_POPULAR_TRIED);
  const found: Candidate[] = [];
  for (let from = 0; from < tried.length && found.length < count; from += POPULAR_AT_ONCE) {
    const open = await sellable(tried.slice(from, from + POPULAR_AT_ONCE));
    for (const productId of open.keys()) {
      const demand = recent.get(productId) ?? 0;
      found.push({ productId, score: 0, why: demand > 0 ? POPULAR : 'new' });
    }
  }
  return found.slice(0, count);
};

/**
 * Products like those of the history and like the best of the model's, that the model does not know. Each counts as much as what it is
 * like, by how alike they are; what was booked counts as the best.
 */
const byContent = ({ content, products }: Market, { history, ranked, isKnown }: ListMatter): readonly Candidate[] => {
  const best = ranked[0]?.score ?? 1;
  const sources = [
    ...[...history].map(([productId, weight]) => ({ productId, score: best * weight })),
    ...ranked.slice(0, BEST),
  ];
  return sources.flatMap(({ productId, score }) => {
    const source = products.get(productId);
    if (source === undefined) return [];
    return content.nearest(productId, NEAREST).flatMap((near) => {
      // Of what the model ranks nothing is said twice; where it ranks nothing, likeness is all there is.
      if (isKnown(near.productId) && ranked.length > 0) return [];
      return [{ productId: near.productId, score: score * near.similarity, why: like(titleOf(source)) }];
    });
  });
};
