import type { CollectionSpec, Documents, Write } from '../../infra/documents/documents.ts';
import type { Projection } from './projection.ts';

/** One materialisation of a view: its own collections and search index, made from the log by one version of its code. */
export interface Build {
  readonly number: number;
  readonly version: number;
  readonly startedAt: string;
}

export interface BuildingState extends Build {
  /** Why it stopped; null while it is under way. */
  readonly error: string | null;
}

/** What is known of a view, shared by runner, readers and command line through the documents. */
export interface ViewRecord {
  readonly view: string;
  /** What readers see. */
  readonly live: Build;
  /** A new build beside the live one. */
  readonly building: BuildingState | null;
  /** Builds that were replaced and are still to be dropped. */
  readonly retired: readonly Build[];
  readonly lastBuild: number;
}

/** How far a build has come. `partition` null: built from the event store, everything up to `position` is in it. */
export interface Checkpoint {
  readonly build: string;
  readonly partition: string | null;
  readonly position: number;
}

/** A stream of which an event could not be handled; its events from `revision` on wait in the event store. */
export interface ParkedStream {
  readonly view: string;
  readonly build: string;
  readonly stream: string;
  readonly eventType: string;
  /** Of the event that could not be handled. */
  readonly revision: number;
  readonly position: number;
  /** Last revision that is held back, `waiting` events in all. */
  readonly throughRevision: number;
  readonly waiting: number;
  readonly error: string;
  readonly parkedAt: string;
}

export const VIEWS = 'views';
export const CHECKPOINTS = 'view-checkpoints';
export const PARKED = 'parked';

export const recordCollections: readonly CollectionSpec[] = [
  { name: VIEWS, indexes: [] },
  { name: CHECKPOINTS, indexes: [{ fields: ['build'] }] },
  { name: PARKED, indexes: [{ fields: ['build'] }] },
];

/** The name of a build, `bookings.v1-3`: also the collection of its documents. */
export const buildName = (view: string, build: Pick<Build, 'version' | 'number'>): string =>
  `${view}.v${build.version}-${build.number}`;

export const rollupCollection = (build: string, rollup: string): string => `${build}.${rollup}`;

/** The search index of a build has the name of its documents' collection. */
export const indexName = (build: string): string => build;

/** The build that readers are shown before the first one has begun: empty, but already with the name it will have. */
export const firstBuild = (projection: Pick<Projection, 'version'>): Build => ({
  number: 1,
  version: projection.version,
  startedAt: '',
});

/** Collections of a build, with their indexes. */
export const collectionsOf = (projection: Projection, build: string): readonly CollectionSpec[] => [
  { name: build, indexes: projection.indexes },
  ...(projection.rollups ?? []).map(({ collection, indexes }) => ({
    name: rollupCollection(build, collection),
    indexes,
  })),
];

export const checkpointId = (build: string, partition: string | null): string => `${build}:${partition ?? 'store'}`;

export const putCheckpoint = ({ build, partition, position }: Checkpoint): Write => ({
  collection: CHECKPOINTS,
  id: checkpointId(build, partition),
  put: { build, partition, position },
});

export const parkedId = (build: string, stream: string): string => `${build}:${stream}`;

export const putRecord = (record: ViewRecord): Write => ({ collection: VIEWS, id: record.view, put: { ...record } });

/** All documents of `collection` that belong to `build`. */
export const ofBuild = async <T extends object>(
  documents: Documents,
  collection: string,
  build: string,
): Promise<readonly T[]> => {
  const found: T[] = [];
  let after: string | undefined;
  do {
    const page = await documents.find<T>(collection, {
      filter: { build },
      limit: 1_000,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
};
