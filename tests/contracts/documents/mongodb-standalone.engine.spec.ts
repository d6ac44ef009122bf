import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Documents } from '../../../infra/documents/documents.ts';
import { DuplicateKeyError } from '../../../infra/documents/documents.ts';
import { carryOut } from '../../../infra/documents/mongodb/revised-rows.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { type RunningEngine, startEngine } from '../../../infra/engines/start-engine.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { freshDatabase, inDatabase } from '../../engines/mongodb-databases.ts';
import { documentsContract } from './documents-contract.ts';
import { standalone } from './standalone.ts';

describe.runIf(engineUrl('DOCUMENTS_URL') !== undefined)('a MongoDB without transactions', () => {
  let directory: string;
  let engine: RunningEngine;
  let client: MongoClient;
  const warnings: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'standalone-'));
    engine = await startEngine(standalone, { dir: directory });
    client = await MongoClient.connect(engine.url);
  });
  afterAll(async () => {
    await client?.close();
    await engine?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const open = (url: string): Promise<Documents> =>
    openDocuments({ url, dataDir: directory, onWarning: (message) => warnings.push(message) });
  const raw = (url: string) => client.db(new URL(url).pathname.slice(1));
  const logOf = (url: string) =>
    raw(url).collection<{ _id: string; revision: number; rows: string | null }>('commit-log');

  documentsContract('MongoDB, standalone', (dataDir) => open(inDatabase(engine.url, basename(dataDir))), {
    halfCommits: true,
  });

  it('is told to whoever opens it', async () => {
    await (await open(freshDatabase(engine.url))).close();
    expect(warnings.at(-1)).toMatch(/DOCUMENTS_URL.*no transactions/);
  });

  /** The number that all documents of the process that commits forever carry. */
  const expectWhole = async (documents: Documents): Promise<number> => {
    const numbers = new Set<number>();
    for (const collection of ['tours', 'tours.monthly', 'checkpoints'])
      for (const { n } of (await documents.find<{ n: number }>(collection)).items) numbers.add(n);
    expect([...numbers]).toHaveLength(1);
    expect(await documents.count('tours')).toBe(40);
    expect(await documents.count('tours.monthly')).toBe(1);
    return [...numbers][0] ?? 0;
  };

  /** Kills a committing process after a while. Returns the last number that it was told is written. */
  const commitUntilKilled = async (url: string, from: number, afterMs: number): Promise<number> => {
    const script = fileURLToPath(new URL('./commit-forever.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, url, String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = from;
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => {
      if (acknowledged === from) setTimeout(() => child.kill('SIGKILL'), afterMs);
      acknowledged = Number(line);
    });
    await once(lines, 'close');
    return acknowledged;
  };

  it('finishes at the next start what a killed process has half written, and loses nothing that was acknowledged', async () => {
    const url = freshDatabase(engine.url, 'killed');
    let last = 0;
    let cuts = 0;
    for (let round = 0; round < 20 && cuts < 3; round += 1) {
      const acknowledged = await commitUntilKilled(url, last, 20 + 7 * round);
      const stored = await raw(url).collection('tours').distinct('n');
      const entry = await logOf(url).findOne({ _id: 'commit' });
      if (stored.length > 1 && entry?.rows) cuts += 1;
      const documents = await open(url);
      last = await expectWhole(documents);
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      await documents.close();
    }
    // Else the kills have met no commit in its middle, and nothing was shown.
    expect(cuts).toBeGreaterThan(0);
  });

  it('has a store that is open already finish them too, with its own next commit', async () => {
    const url = freshDatabase(engine.url, 'beside');
    const documents = await open(url);
    await documents.commit([{ collection: 'tours', id: 'a', put: { n: 1 } }]);
    const rows = [
      { collection: 'tours', id: 'a', document: { n: 2 } },
      { collection: 'checkpoints', id: 'tours', document: { n: 2 } },
    ];
    await logOf(url).updateOne({ _id: 'commit' }, { $set: { rows: JSON.stringify(rows), revision: 2 } });
    await documents.commit([{ collection: 'other', id: 'x', put: { n: 9 } }]);
    expect(await documents.get('tours', 'a')).toEqual({ n: 2 });
    expect(await documents.get('checkpoints', 'tours')).toEqual({ n: 2 });
    expect(await documents.get('other', 'x')).toEqual({ n: 9 });
    await documents.close();
  });

  it('goes on when a process died between taking its place and saying what it writes', async () => {
    const url = freshDatabase(engine.url, 'silent');
    const documents = await open(url);
    await logOf(url).updateOne({ _id: 'commit' }, { $set: { rows: '', revision: 7 } });
    await documents.commit([{ collection: 'tours', id: 'a', put: { n: 1 } }]);
    expect(await documents.get('tours', 'a')).toEqual({ n: 1 });
    expect(await raw(url).collection('tours').findOne()).toMatchObject({ _revision: 8 });
    await documents.close();
  });

  it('does not let a process that slept in the middle of its commit put back what others have changed since', async () => {
    const url = freshDatabase(engine.url, 'slept');
    const documents = await open(url);
    await documents.commit([{ collection: 'tours', id: 'a', put: { n: 1 } }]);
    await documents.commit([{ collection: 'tours', id: 'a', put: { n: 2 } }]);
    const late = [
      { collection: 'tours', id: 'a', document: { n: 1 } },
      { collection: 'tours', id: 'b', document: { n: 1 } },
    ];
    await carryOut(raw(url), 1, late);
    expect(await documents.get('tours', 'a')).toEqual({ n: 2 });
    expect(await documents.get('tours', 'b')).toEqual({ n: 1 });
    await carryOut(raw(url), 1, [{ collection: 'tours', id: 'a', document: null }]);
    expect(await documents.get('tours', 'a')).toEqual({ n: 2 });
    await documents.close();
  });

  it('keeps two stores from writing at once, and one owner of a unique value', async () => {
    const url = freshDatabase(engine.url, 'two');
    const [a, b] = await Promise.all([open(url), open(url)]);
    await a.ensure({ name: 'lease', indexes: [{ fields: ['slot'], unique: true }] });
    const results = await Promise.allSettled(
      [a, b].flatMap((store, who) =>
        Array.from({ length: 10 }, (_, n) =>
          store.commit([
            { collection: 'tours', id: 'x', put: { who, n } },
            { collection: 'tours', id: 'y', put: { who, n } },
            { collection: 'lease', id: `store-${who}`, put: { slot: 'one' } },
          ]),
        ),
      ),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(10);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(DuplicateKeyError);
    expect(await a.get('tours', 'x')).toEqual(await a.get('tours', 'y'));
    expect(await a.get('tours', 'x')).toMatchObject({ n: 9 });
    await Promise.all([a.close(), b.close()]);
  });
});
