import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStore } from '../../../infra/engines/event-store.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';

export interface AServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A fresh stand-in; or, to check what it claims, the real server that ESDB_URL names: one whose log may be written to. */
export const aServer = async (): Promise<AServer> => {
  const real = process.env.ESDB_URL;
  if (real !== undefined && real !== '') return { url: real, stop: async () => undefined };
  const dir = await mkdtemp(join(tmpdir(), 'esdb-'));
  const engine = await startEngine(eventStore, { dir });
  return {
    url: engine.url,
    stop: async () => {
      await engine.stop();
      await rm(dir, { recursive: true });
    },
  };
};

export const serverName = (): string => (process.env.ESDB_URL ? 'EventStoreDB' : 'the stand-in');
