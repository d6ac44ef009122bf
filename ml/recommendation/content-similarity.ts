import { LOCALES } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';

/** How much it says that two products share it. */
const WEIGHTS = { category: 2, city: 2, country: 1, word: 0.5 };
const SHORTEST_WORD = 4;
/** What very many products share tells none of them apart, and would make every one a neighbour of every other. */
const MOST_SHARING = 2_000;

/** What a product is, as traits with weights. */
export type Traits = ReadonlyMap<string, number>;

/** Categories, place and words of the titles: what is known of a product that nobody has booked yet. */
const traitsOf = ({ details, texts }: ProductView): Traits => {
  const traits = new Map<string, number>();
  for (const category of details.categories) traits.set(`category:${category}`, WEIGHTS.category);
  if (details.location !== null) {
    traits.set(`city:${details.location.country}:${details.location.city}`, WEIGHTS.city);
    traits.set(`country:${details.location.country}`, WEIGHTS.country);
  }
  for (const locale of LOCALES)
    for (const word of texts[locale]?.title.toLowerCase().match(/\p{L}+/gu) ?? [])
      if (word.length >= SHORTEST_WORD) traits.set(`word:${word}`, WEIGHTS.word);
  return traits;
};

/** Weighted Jaccard similarity, from 0 to 1: the weight of what both have, of what either has. */
export const similarity = (one: Traits, other: Traits): number => {
  let shared = 0;
  for (const [trait, weight] of one) if (other.has(trait)) shared += weight;
  const either = sumOf(one) + sumOf(other) - shared;
  return either === 0 ? 0 : shared / either;
};

const sumOf = (traits: Traits): number => {
  let sum = 0;
  for (const weight of traits.values()) sum += weight;
  return sum;
};

/** The products of a catalogue by what they are. */
export interface ContentIndex {
  readonly traits: ReadonlyMap<string, Traits>;
  /** Those most like one, most alike first; none that has nothing in common. */
  nearest(productId: string, count: number): readonly { readonly productId: string; readonly similarity: number }[];
}

/** Indexes products by their traits, so that only those are compared that have one in common. */
export const contentIndex = (products: Iterable<ProductView>): ContentIndex => {
  const traits = new Map<string, Traits>();
  const sharing = new Map<string, string[]>();
  for (const product of products) {
    const own = traitsOf(product);
    traits.set(product.id, own);
    for (const trait of own.keys()) {
      const others = sharing.get(trait);
      if (others === undefined) sharing.set(trait, [product.id]);
      else others.push(product.id);
    }
  }
  return {
    traits,
    nearest: (productId, count) => {
      const own = traits.get(productId);
      if (own === undefined) return [];
      const candidates = new Set<string>();
      for (const trait of own.keys()) {
        const others = sharing.get(trait) ?? [];
        if (others.length <= MOST_SHARING) for (const other of others) candidates.add(other);
      }
      candidates.delete(productId);
      return [...candidates]
        .map((other) => ({ productId: other, similarity: similarity(own, traits.get(other) ?? new Map()) }))
        .sort((a, b) => b.similarity - a.similarity || (a.productId < b.productId ? -1 : 1))
        .slice(0, count);
    },
  };
};
