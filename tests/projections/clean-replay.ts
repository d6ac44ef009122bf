import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import { rollupCollection } from '../../projections/runner/view-records.ts';

/** A view's documents and, by rollup, its cells: what a build holds or should hold. */
export interface ViewContent {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly cells: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** What the view is by its definition: the fold of the log, and the sums over the documents. Knows nothing of the runner. */
export const cleanReplay = (projection: Projection, log: readonly RecordedEvent[]): ViewContent => {
  const documents = new Map<string, object>();
  for (const event of structuredClone(log)) {
    if (!projection.handles.includes(event.type)) continue;
    const id = projection.key(event);
    if (id === undefined) continue;
    const next = projection.evolve(documents.get(id), event);
    if (next === undefined) documents.delete(id);
    else documents.set(id, next);
  }
  const cells: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const { collection, contributions, sparse } of projection.rollups ?? []) {
    const sums: Record<string, Record<string, unknown>> = {};
    const measured = new Set<string>();
    for (const { key, dimensions, measures } of [...documents.values()].flatMap(contributions)) {
      const cell: Record<string, unknown> = sums[key] ?? { ...dimensions };
      sums[key] = cell;
      for (const [measure, amount] of Object.entries(measures)) {
        measured.add(measure);
        cell[measure] = Number(cell[measure] ?? 0) + amount;
      }
    }
    for (const [key, cell] of Object.entries(sums)) {
      const counts = Object.keys(cell).filter((field) => measured.has(field));
      if (counts.every((field) => cell[field] === 0)) delete sums[key];
      else if (sparse) for (const field of counts) if (cell[field] === 0) delete cell[field];
    }
    cells[collection] = sums;
  }
  return { documents: json(Object.fromEntries(documents)), cells: json(cells) };
};

/** What the build named `build` holds. */
export const contentOf = async (documents: Documents, projection: Projection, build: string): Promise<ViewContent> => {
  const cells: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const { collection } of projection.rollups ?? [])
    cells[collection] = (await everything(documents, rollupCollection(build, collection))) as Record<
      string,
      Record<string, unknown>
    >;
  return { documents: await everything(documents, build), cells };
};

const everything = async (documents: Documents, collection: string): Promise<Record<string, unknown>> => {
  const found: Record<string, unknown> = {};
  for await (const batch of documents.scan(collection)) for (const [id, document] of batch) found[id] = document;
  return found;
};

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
