import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { percentile } from '../report.ts';
import { FEATURES, randomRows } from './tree-model.ts';

export interface Latency {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** Starts a server of ours as a process; it tells its URL. */
export const startHttpProcess = async (program: string) => {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [], { execArgv: ['--import', 'tsx'] });
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
  return {
    url,
    end: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};

const rows = Array.from({ length: 100 }, (_, seed) => {
  const values = randomRows(1, seed);
  return JSON.stringify({
    rows: [Object.fromEntries(Array.from({ length: FEATURES }, (_, at) => [`feature-${at}`, values[at]]))],
  });
});

/** Asks for one row at a time on some connections, each as soon as it has its answer, and times each. */
export const latencyOf = async (url: string, connections: number, ms: number): Promise<Latency> => {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections });
  const times: number[] = [];
  const startedAt = performance.now();
  const client = async (): Promise<void> => {
    for (let request = 0; performance.now() - startedAt < ms; request++) {
      const sentAt = performance.now();
      const body = rows[request % rows.length] ?? '';
      const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };
      const answer = await pool.request({ path, method: 'POST', headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text}`);
      times.push(performance.now() - sentAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, client));
  } finally {
    await pool.close();
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), perSecond: (times.length / ms) * 1_000 };
};
