import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@elastic/elasticsearch';
import { eventStore } from '../../infra/engines/event-store.ts';
import { startEngine } from '../../infra/engines/start-engine.ts';
import { deleteTopics } from '../contracts/event-bus/kafka-topics.ts';
import { engineUrl } from '../engines/engine-urls.ts';
import { dropDatabase, freshDatabase } from '../engines/mongodb-databases.ts';
import { openStage, type StageUrls } from './running-views.ts';

const kafka = engineUrl('EVENT_BUS_URL');
const mongodb = engineUrl('DOCUMENTS_URL');
const elasticsearch = engineUrl('SEARCH_URL');

/** Whether Kafka, MongoDB and Elasticsearch are up. */
export const enginesAreUp = kafka !== undefined && mongodb !== undefined && elasticsearch !== undefined;

const script = fileURLToPath(new URL('projector-process.ts', import.meta.url));

/** The stage over the engines that are up, each with a namespace of its own, and a fresh event store. */
export const openEngineStage = async ({ partitions = 4 }: { readonly partitions?: number } = {}) => {
  if (kafka === undefined || mongodb === undefined || elasticsearch === undefined) throw new Error('no engines');
  const name = `t${randomUUID().slice(0, 8)}`;
  const dir = await mkdtemp(join(tmpdir(), 'engine-stage-'));
  const log = await startEngine(eventStore, { dir: join(dir, 'event-store') });
  const urls: StageUrls = {
    eventStore: log.url,
    bus: `${kafka}?topicPrefix=${name}.&partitions=${partitions}`,
    documents: freshDatabase(mongodb, 'projections'),
    search: `${elasticsearch.replace(/\/?$/, '/')}?indexPrefix=${name}-`,
  };
  const stage = await openStage({ urls });
  const processes: Projector[] = [];
  return {
    ...stage,
    urls,
    /** Starts a projector of all views in a process of its own. */
    projector: async (): Promise<Projector> => {
      const projector = await startProjector(dir, urls);
      processes.push(projector);
      return projector;
    },
    close: async (): Promise<void> => {
      for (const projector of processes) await projector.kill();
      await stage.close();
      await log.stop();
      await deleteTopics(kafka, `${name}.`);
      await dropDatabase(urls.documents ?? '');
      await dropIndexes(elasticsearch, `${name}-`);
      await rm(dir, { recursive: true, force: true });
    },
  };
};

export interface Projector {
  /** Views that it said it runs. */
  running(): readonly string[];
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Resolves when it has said which views it runs. Where `views` is empty, all are there to be run. */
export const startProjector = async (
  dataDir: string,
  urls: StageUrls,
  views: readonly string[] = [],
): Promise<Projector> => {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', script, dataDir, JSON.stringify(urls), ...views],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  let running: readonly string[] = [];
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface(child.stdout);
  const begun = once(lines, 'line');
  lines.on('line', (line) => {
    running = JSON.parse(line) as readonly string[];
  });
  await Promise.race([begun, exited]);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    running = [];
  };
  return { running: () => running, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
};

const dropIndexes = async (url: string, prefix: string): Promise<void> => {
  const client = new Client({ node: url });
  const indexes = Object.keys(await client.indices.get({ index: `${prefix}*`, expand_wildcards: 'all' }));
  if (indexes.length > 0) await client.indices.delete({ index: indexes });
  await client.close();
};
