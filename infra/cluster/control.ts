import { rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ProcessRole } from '../config/config.ts';
import type { Cluster, MemberStatus } from './cluster.ts';

/** What `status` shows. */
export interface ClusterStatus {
  readonly url: string;
  readonly members: readonly MemberStatus[];
}

/** A socket in the cluster's folder, which its owner alone may enter: no port, so no other user and no web page gets there. */
const socketOf = (dir: string): string => join(dir, 'control.sock');

/** Lets other processes ask and steer a cluster: `askStatus`, `askRestart`, `askDown`. */
export const serveControl = async (dir: string, cluster: Cluster, down: () => Promise<void>): Promise<Server> => {
  await rm(socketOf(dir), { force: true });
  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://cluster');
    const answering = async (): Promise<string> => {
      if (pathname === '/restart')
        await cluster.restart((searchParams.get('role') ?? undefined) as ProcessRole | undefined);
      if (pathname === '/down') await down();
      return JSON.stringify({ url: cluster.url, members: await cluster.status() } satisfies ClusterStatus);
    };
    answering().then(
      (body) => response.end(body),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketOf(dir), resolve);
  });
  return server;
};

/** No cluster runs in the folder. */
export class NoClusterError extends Error {
  override readonly name = 'NoClusterError';
}

/** @throws NoClusterError */
export const askStatus = (dir: string): Promise<ClusterStatus> => ask(dir, '/status');

/** Resolves when each process has been replaced. @throws NoClusterError; Error when one could not be */
export const askRestart = (dir: string, role: ProcessRole | undefined): Promise<ClusterStatus> =>
  ask(dir, role === undefined ? '/restart' : `/restart?role=${role}`);

/** Resolves when all has ended. @throws NoClusterError */
export const askDown = (dir: string): Promise<ClusterStatus> => ask(dir, '/down');

const ask = (dir: string, path: string): Promise<ClusterStatus> =>
  new Promise((resolve, reject) => {
    const asking = request({ socketPath: socketOf(dir), path }, (answer) => {
      text(answer).then((body) => {
        if (answer.statusCode === 200) resolve(JSON.parse(body) as ClusterStatus);
        else reject(new Error(body));
      }, reject);
    });
    asking.once('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      reject(isAbsent ? new NoClusterError('no cluster is up; start one with: npm run cluster') : error);
    });
    asking.end();
  });
