import type { Documents } from '../../infra/documents/documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { LiveViews } from './live-views.ts';
import { PartitionCheckpoint } from './partition-checkpoint.ts';
import type { Projection } from './projection.ts';
import { Projectors, whereabouts } from './projectors.ts';
import { firstAfter } from './read-log.ts';
import { ViewLeases } from './view-leases.ts';
import {
  buildName,
  CHECKPOINTS,
  type Checkpoint,
  ofBuild,
  PARKED,
  type ParkedStream,
  VIEWS,
  type ViewRecord,
} from './view-records.ts';

/** How a view stands, for health, metrics and operators. */
export interface ViewStatus {
  readonly view: string;
  /** Version of the live build. */
  readonly version: number;
  /** Position of the log that it has reached. */
  readonly reached: number;
  /** Positions of the log that it has still to pass; 0 when none of them is for it. */
  readonly lagEvents: number;
  /** Age of the oldest event that it has not handled. */
  readonly lagSeconds: number;
  /** Version being built beside the live one; null: none. */
  readonly rebuilding: number | null;
  /** Position that the build beside it has reached. */
  readonly buildReached: number | null;
  /** Why that build stopped; null: it did not. */
  readonly buildError: string | null;
  readonly parkedStreams: number;
  /** Process that runs it (`host:pid`); null: none, as far as the documents tell. */
  readonly runBy: string | null;
}

/** The status of each view. `reached` is what `liveViews` knows; the rest is read from documents and event store. */
export const viewStatuses = async (
  projections: readonly Projection[],
  documents: Documents,
  eventStore: EventStore,
  liveViews: LiveViews,
  now: number,
): Promise<readonly ViewStatus[]> => {
  const head = await eventStore.headPosition();
  const holders = await ViewLeases.holders(documents);
  const projectors = await Projectors.known(documents);
  return Promise.all(
    projections.map(async (projection) => {
      const record = await documents.get<ViewRecord>(VIEWS, projection.name);
      const building = record?.building ?? null;
      const reached = liveViews.reached(projection.name);
      const projector = projectors.get(holders.get(projection.name) ?? '');
      const waiting = reached < head ? await firstAfter(projection, eventStore, reached) : undefined;
      return {
        view: projection.name,
        version: record?.live.version ?? projection.version,
        reached,
        lagEvents: waiting === undefined ? 0 : head - reached,
        lagSeconds: waiting === undefined ? 0 : Math.max(0, (now - Date.parse(waiting.recordedAt)) / 1_000),
        rebuilding: building?.version ?? null,
        buildReached: building === null ? null : await reachedOf(documents, buildName(projection.name, building)),
        buildError: building?.error ?? null,
        parkedStreams: await documents.count(PARKED, { build: liveViews.collection(projection.name) }),
        runBy: (projector && whereabouts(projector)) ?? null,
      };
    }),
  );
};

/** All parked streams of live builds, by view. */
export const parkedStreams = async (documents: Documents): Promise<readonly ParkedStream[]> => {
  const parked: ParkedStream[] = [];
  for await (const batch of documents.scan<ParkedStream>(PARKED)) parked.push(...batch.map(([, stream]) => stream));
  return parked;
};

/** The position that a build has saved, the least over its partitions. */
export const reachedOf = async (documents: Documents, build: string): Promise<number> => {
  const checkpoints = await ofBuild<Checkpoint>(documents, CHECKPOINTS, build);
  return new PartitionCheckpoint(checkpoints).reached;
};
