interface Sums {
  readonly sums: number[];
  readonly counts: number[];
}

const EMPTY: Sums = { sums: [], counts: [] };

/**
 * How the subjects of each category did on average, a day each, aligned at the last day: what a new one borrows its past from. Keeps
 * sums only, so any number of subjects may be added.
 */
export class CategoryMeans {
  readonly #groups = new Map<string, Sums>();

  /** @param values demand a day of one subject, the last day the same for all */
  add(kind: string, category: string, values: Float64Array): void {
    for (const group of [kind, `${kind} ${category}`]) {
      const { sums, counts } = this.#groups.get(group) ?? { sums: [], counts: [] };
      this.#groups.set(group, { sums, counts });
      for (let back = 0; back < values.length; back++) {
        sums[back] = (sums[back] ?? 0) + (values[values.length - 1 - back] ?? 0);
        counts[back] = (counts[back] ?? 0) + 1;
      }
    }
  }

  /**
   * The mean over the others of a category; where it has none, over the others of the kind; undefined when there are none either.
   * @param own what was added of the subject itself, or undefined
   */
  meanOfOthers(kind: string, category: string, own: Float64Array | undefined): Float64Array | undefined {
    return this.#meanWithout(`${kind} ${category}`, own) ?? this.#meanWithout(kind, own);
  }

  #meanWithout(group: string, own: Float64Array = new Float64Array()): Float64Array | undefined {
    const { sums, counts } = this.#groups.get(group) ?? EMPTY;
    const means: number[] = [];
    for (let back = 0; back < sums.length; back++) {
      const isOwn = back < own.length;
      const others = (counts[back] ?? 0) - (isOwn ? 1 : 0);
      if (others === 0) break;
      means.push(((sums[back] ?? 0) - (isOwn ? (own[own.length - 1 - back] ?? 0) : 0)) / others);
    }
    return means.length === 0 ? undefined : Float64Array.from(means.reverse());
  }
}
