import { CategoryMeans } from './category-means.ts';
import type { DemandSubject } from './demand-examples.ts';
import type { DemandLedger } from './demand-ledger.ts';
import { ownValues } from './subject-at.ts';

interface Member {
  readonly ledger: DemandLedger;
  readonly category: string;
}

/**
 * Subjects that know how the others of their category were at any origin. What was made for the last origin is kept, since they are
 * looked at origin by origin.
 */
export const inCategories = (members: readonly Member[]): readonly DemandSubject[] => {
  let last: { readonly origin: number; readonly means: CategoryMeans } | undefined;
  const meansAt = (origin: number): CategoryMeans => {
    if (last?.origin === origin) return last.means;
    const means = new CategoryMeans();
    for (const { ledger, category } of members) {
      const values = ownValues(ledger, origin);
      if (values !== undefined) means.add(ledger.subjectKind, category, values);
    }
    last = { origin, means };
    return means;
  };
  return members.map(({ ledger, category }) => ({
    ledger,
    category,
    categoryValues: (origin) => meansAt(origin).meanOfOthers(ledger.subjectKind, category, ownValues(ledger, origin)),
  }));
};
