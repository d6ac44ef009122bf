import type { ModelCard } from '../training/model-card.ts';
import type { Evaluation } from './evaluate.ts';
import { diversity, LIST_LENGTH } from './evaluate.ts';
import type { CustomerInteraction } from './interaction-matrix.ts';
import type { Counted } from './recommender.ts';

/** What a training tells of itself. */
export interface RecommenderReport {
  readonly counted: Counted;
  /** Interactions learned from. */
  readonly known: readonly CustomerInteraction[];
  /** ISO 8601 UTC instant from which on customers were held out. */
  readonly cut: string;
  readonly lambda: number;
  readonly evaluations: Readonly<Record<'ours' | 'knn' | 'popularity', Evaluation>>;
}

const rounded = (value: number): number => Number(value.toFixed(4));

/** The card of a recommender: what it learned from, and its lists beside those of item-kNN and of popularity. */
export const recommendationCard = (
  version: string,
  { counted, known, cut, lambda, evaluations }: RecommenderReport,
): ModelCard => {
  const { gram, constants } = counted;
  const days = known.map(({ at }) => at.slice(0, 10)).sort();
  return {
    title: `recommendation ${version}`,
    blocks: [
      {
        kind: 'paragraph',
        text:
          'Lists products for a customer by what other customers of the same products booked, and products like a product. Not ' +
          'meant to judge people, nor to set prices.',
      },
      { kind: 'heading', text: 'Data' },
      {
        kind: 'table',
        columns: ['interactions', 'from', 'until', 'products', 'penalty (customers)'],
        rows: [[known.length, days[0] ?? '', days.at(-1) ?? '', constants.products.length, lambda]],
      },
      {
        kind: 'paragraph',
        text:
          'Nobody records who looks at a product: interactions are holds and bookings of customers with an e-mail address. Products ' +
          'of few customers are not in the model; they are recommended by what they are.',
      },
      { kind: 'heading', text: `Customers who booked something new after ${cut.slice(0, 10)}` },
      {
        kind: 'table',
        columns: ['lists of', 'customers', `Recall@${LIST_LENGTH}`, `NDCG@${LIST_LENGTH}`, 'coverage', 'diversity'],
        rows: Object.entries({
          'this model': evaluations.ours,
          'item-kNN': evaluations.knn,
          popularity: evaluations.popularity,
        }).map(([name, { customers, recall, ndcg, coverage, lists }]) => [
          name,
          customers,
          rounded(recall),
          rounded(ndcg),
          rounded(coverage),
          rounded(diversity(gram, lists)),
        ]),
      },
      {
        kind: 'plot',
        title: 'Lists held against what was booked',
        mark: 'bar',
        xLabel: 'lists of',
        yLabel: `NDCG@${LIST_LENGTH}`,
        series: [
          {
            name: `NDCG@${LIST_LENGTH}`,
            points: [
              { x: 'this model', y: evaluations.ours.ndcg },
              { x: 'item-kNN', y: evaluations.knn.ndcg },
              { x: 'popularity', y: evaluations.popularity.ndcg },
            ],
          },
        ],
      },
      { kind: 'heading', text: 'Limits' },
      {
        kind: 'paragraph',
        text:
          'Recall counts hits of as many as there could be, min(20, booked). Coverage is the share of the products that is in any ' +
          'list; diversity 1 less the mean cosine of the products of a list. Customers who share an address are one customer.',
      },
    ],
  };
};
