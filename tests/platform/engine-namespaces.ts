import { join } from 'node:path';
import { randomId } from '../../contracts/ids.ts';
import type { Engine } from '../../infra/engines/engine.ts';
import { eventStore } from '../../infra/engines/event-store.ts';
import { startEngine } from '../../infra/engines/start-engine.ts';
import { engineUrl } from '../engines/engine-urls.ts';

type EngineEnv = Readonly<Record<Engine['variable'], string>>;

/** A part of each engine that nobody else uses. */
export interface Namespaces {
  readonly env: EngineEnv;
  close(): Promise<void>;
}

const SHARED = ['EVENT_BUS_URL', 'DOCUMENTS_URL', 'SEARCH_URL', 'JOBS_URL'] as const;

/** Whether all engines are up that a distributed platform needs. @throws Error when REQUIRE_ENGINES says that they must be */
export const enginesAreUp = (): boolean => SHARED.every((variable) => engineUrl(variable) !== undefined);

/**
 * Namespaces of their own on the engines that are up. The event store has none, so one is started in `dir`.
 * @param partitions of each topic
 */
export const freshNamespaces = async (dir: string, partitions = 2): Promise<Namespaces> => {
  const name = `t${randomId().slice(0, 8)}`;
  const within = (variable: (typeof SHARED)[number], change: (url: URL) => void): string => {
    const url = new URL(engineUrl(variable) ?? `no engine for ${variable}`);
    change(url);
    return url.href;
  };
  const store = await startEngine(eventStore, { dir: join(dir, 'event-store') });
  return {
    env: {
      EVENT_STORE_URL: store.url,
      EVENT_BUS_URL: within('EVENT_BUS_URL', ({ searchParams }) => {
        searchParams.set('topicPrefix', `${name}.`);
        searchParams.set('partitions', String(partitions));
      }),
      DOCUMENTS_URL: within('DOCUMENTS_URL', (url) => {
        url.pathname = `/${name}`;
      }),
      SEARCH_URL: within('SEARCH_URL', ({ searchParams }) => searchParams.set('indexPrefix', `${name}-`)),
      JOBS_URL: within('JOBS_URL', ({ searchParams }) => searchParams.set('prefix', name)),
    },
    close: () => store.stop(),
  };
};
