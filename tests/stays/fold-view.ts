import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Projection, Rollup } from '../../projections/runner/projection.ts';

/** A view's documents by a clean replay of the log, without the runner. */
export const foldView = async <D extends object>(projection: Projection<D>, store: EventStore) => {
  const documents = new Map<string, D>();
  for await (const batch of store.readAll({ filter: { types: projection.handles } })) {
    for (const event of batch) {
      const key = projection.key(event);
      if (key === undefined) continue;
      const next = projection.evolve(documents.get(key), event);
      if (next === undefined) documents.delete(key);
      else documents.set(key, next);
    }
  }
  return documents;
};

/** The cells of a rollup as the plain sum over the documents. */
export const cellsOf = <D extends object>(rollup: Rollup<D> | undefined, documents: Iterable<D>) => {
  const cells = new Map<string, Record<string, string | number | null>>();
  for (const document of documents) {
    for (const { key, dimensions, measures } of rollup?.contributions(document) ?? []) {
      const cell = cells.get(key) ?? { ...dimensions };
      for (const [name, value] of Object.entries(measures)) cell[name] = Number(cell[name] ?? 0) + value;
      cells.set(key, cell);
    }
  }
  return [...cells.values()] as unknown as readonly AnalyticsCell[];
};
