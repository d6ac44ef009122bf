import type { Documents, Write } from '../../infra/documents/documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Search } from '../../infra/search/search.ts';
import { UnhandledEventError } from './batch-fold.ts';
import type { LiveView } from './live-view.ts';
import { readLog } from './read-log.ts';
import {
  type Build,
  type BuildingState,
  buildName,
  CHECKPOINTS,
  type Checkpoint,
  checkpointId,
  collectionsOf,
  indexName,
  ofBuild,
  PARKED,
  type ParkedStream,
  parkedId,
} from './view-records.ts';
import type { ViewWriter } from './view-writer.ts';

export interface BuildDependencies {
  readonly documents: Documents;
  readonly search: Search;
  readonly eventStore: EventStore;
  readonly fence: () => Write;
  readonly now: () => string;
  /** False when the runner stops: what is built so far stays and is gone on with at the next start. */
  readonly goOn: () => boolean;
}

/** So few events may be left to read when live handling is held up for the switch. */
const CLOSE_ENOUGH = 1_000;

/** The runner stopped before the build was done; it goes on at the next start. */
export class BuildInterruptedError extends Error {
  override readonly name = 'BuildInterruptedError';
}

/**
 * Builds the view from the event store beside the live one, and switches to it when it has caught up. Goes on with a
 * build that was interrupted. Returns the build that readers no longer see.
 * @throws UnhandledEventError when an event cannot be handled: the build stops, the live one stays, the record says why.
 * @throws BuildInterruptedError; whatever a store that is away throws. The build may be gone on with then.
 */
export const rebuild = async (view: LiveView, dependencies: BuildDependencies): Promise<Build> => {
  const { eventStore, fence, goOn } = dependencies;
  const building = view.record.building ?? (await begin(view, dependencies));
  const writer = view.writerOf(building);
  try {
    await ensureBuild(view, building, dependencies, 'without indexes');
    while ((await readLog(writer, eventStore, 'stop', goOn)) > CLOSE_ENOUGH && goOn());
    if (goOn()) await ensureBuild(view, building, dependencies, 'with indexes');
    return await view.exclusive(async () => {
      if (goOn()) await readLog(writer, eventStore, 'stop', goOn);
      if (!goOn()) throw new BuildInterruptedError(`the build of ${view.name} goes on at the next start`);
      return switchTo(view, building, writer, dependencies);
    });
  } catch (error) {
    if (error instanceof UnhandledEventError)
      await view.change((record) => ({ ...record, building: { ...building, error: error.message } }), [fence()]);
    throw error;
  }
};

/** Records that a new build begins. */
const begin = async (view: LiveView, { now, fence }: BuildDependencies): Promise<BuildingState> => {
  const number = view.record.lastBuild + 1;
  const building = { number, version: view.projection.version, startedAt: now(), error: null };
  await view.change((record) => ({ ...record, building, lastBuild: number }), [fence()]);
  return building;
};

/** Makes a build that has caught up the live one; the one before is retired. */
const switchTo = async (
  view: LiveView,
  { number, version, startedAt }: Build,
  writer: ViewWriter,
  { fence }: BuildDependencies,
): Promise<Build> => {
  const build: Build = { number, version, startedAt };
  const { live } = view.record;
  // The partitions that are known stay known: what has been reached is the least over them.
  await writer.reachedAll(writer.reached, view.writer?.partitions);
  await view.change(
    (record) => ({ ...record, live: build, building: null, retired: [...record.retired, record.live] }),
    [...writer.idleCheckpoints(), fence()],
  );
  view.switchTo(build, writer);
  return live;
};

/** Creates what is missing of a build. While it is filled in bulk it has no indexes: made afterwards, they cost less. */
export const ensureBuild = async (
  view: LiveView,
  build: Build,
  { documents, search }: Pick<BuildDependencies, 'documents' | 'search'>,
  indexes: 'with indexes' | 'without indexes',
): Promise<void> => {
  const name = buildName(view.name, build);
  for (const spec of collectionsOf(view.projection, name)) {
    await documents.ensure({ ...spec, indexes: [] });
    if (indexes === 'without indexes') continue;
    // One by one: between them the other views get to write.
    for (const index of spec.indexes) await documents.ensure({ ...spec, indexes: [index] });
  }
  const schema = view.projection.search?.schema;
  if (schema !== undefined) await search.ensure({ ...schema, name: indexName(name) });
};

/** Lets the view's own name stand for the search index of its live build: analysts do not know which that is. */
export const nameIndex = async ({ name, projection, record }: LiveView, search: Search): Promise<void> => {
  if (projection.search !== undefined) await search.alias(name, indexName(buildName(name, record.live)));
};

/** Drops all that a build has left, its collections, index, checkpoints and parked streams. */
export const dropBuild = async (
  view: LiveView,
  build: Pick<Build, 'version' | 'number'>,
  { documents, search, fence }: Pick<BuildDependencies, 'documents' | 'search' | 'fence'>,
): Promise<void> => {
  const name = buildName(view.name, build);
  for (const collection of await documents.collections())
    if (collection === name || collection.startsWith(`${name}.`)) await documents.drop(collection);
  const schema = view.projection.search?.schema;
  if (schema !== undefined) await search.drop(indexName(name));
  const checkpoints = await ofBuild<Checkpoint>(documents, CHECKPOINTS, name);
  const parked = await ofBuild<ParkedStream>(documents, PARKED, name);
  await documents.commit([
    ...checkpoints.map(
      ({ partition }): Write => ({ collection: CHECKPOINTS, id: checkpointId(name, partition), remove: true }),
    ),
    ...parked.map(({ stream }): Write => ({ collection: PARKED, id: parkedId(name, stream), remove: true })),
    fence(),
  ]);
};
