import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Documents, Write } from '../../../infra/documents/documents.ts';
import { DuplicateKeyError } from '../../../infra/documents/documents.ts';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { mongodb } from '../../../infra/engines/mongodb.ts';
import { type RunningEngine, startEngine } from '../../../infra/engines/start-engine.ts';
import { OverloadedError } from '../../../infra/overloaded-error.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { freshDatabase } from '../../engines/mongodb-databases.ts';

/** 60 documents, a cell and a checkpoint with the same number. */
const numbered = (n: number): readonly Write[] => [
  ...Array.from({ length: 60 }, (_, at): Write => ({ collection: 'tours', id: `t${at}`, put: { n } })),
  { collection: 'tours.monthly', id: 'cell', put: { n } },
  { collection: 'checkpoints', id: 'tours', put: { n } },
];

/** The number that all of them carry. */
const numberOf = async (documents: Documents): Promise<number> => {
  const found = new Set<number>();
  for (const collection of ['tours', 'tours.monthly', 'checkpoints'])
    for (const { n } of (await documents.find<{ n: number }>(collection)).items) found.add(n);
  expect([...found]).toHaveLength(1);
  return [...found][0] ?? 0;
};

/** Passes bytes on to a port until the connections are cut. */
const startProxy = async (to: number) => {
  const sockets = new Set<Socket>();
  let refusing = false;
  const server: Server = createServer((near) => {
    if (refusing) return near.destroy();
    const far = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(into).on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut,
    refuse: (on: boolean) => {
      refusing = on;
      if (on) cut();
    },
    close: () => {
      cut();
      server.close();
    },
  };
};

describe.runIf(engineUrl('DOCUMENTS_URL') !== undefined)('documents in a MongoDB that fails', () => {
  let directory: string;
  let engine: RunningEngine;
  let documents: Documents;
  let url: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mongodb-cut-'));
    engine = await startEngine(mongodb, { dir: directory });
  });
  afterAll(async () => {
    await engine?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = freshDatabase(engine.url);
    documents = await openDocuments({ url, dataDir: directory });
  });
  afterEach(() => documents.close());

  it('hold whole commits, all that were acknowledged, after the server was killed in the middle of them', async () => {
    for (let round = 0; round < 4; round += 1) {
      let acknowledged = (await documents.get<{ n: number }>('checkpoints', 'tours'))?.n ?? 0;
      let n = acknowledged;
      let killing = false;
      const commitOn = async (): Promise<void> => {
        while (!killing) {
          n += 1;
          await documents.commit(numbered(n));
          acknowledged = n;
        }
      };
      const committing = commitOn();
      await pause(150 + 37 * round);
      killing = true;
      await engine.kill();
      const [outcome] = await Promise.allSettled([Promise.all([committing, restarted()])]);
      // The client found the server again within its patience, or told that it had not.
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/MongoDB can't be reached/);
      const stored = await numberOf(documents);
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
      expect(stored).toBeLessThanOrEqual(n);
    }
  });

  const restarted = async (): Promise<void> => {
    await pause(300);
    engine = await startEngine(mongodb, { dir: directory, port: engine.port });
  };

  it('are committed once and whole when connections are cut again and again', async () => {
    const proxy = await startProxy(engine.port);
    // Directly: a replica set would tell the client its own address, beside the proxy.
    const through = url
      .replace(String(engine.port), String(proxy.port))
      .replace('replicaSet=secantus', 'directConnection=true');
    const cutOff = await openDocuments({ url: through, dataDir: directory });
    const cutting = new AbortController();
    const cutter = (async () => {
      for (let at = 0; !cutting.signal.aborted; at += 1) {
        await pause(11 + (at % 7) * 23);
        proxy.cut();
      }
    })();
    for (let n = 1; n <= 25; n += 1) await cutOff.commit(numbered(n));
    cutting.abort();
    await cutter;
    expect(await numberOf(documents)).toBe(25);

    proxy.refuse(true);
    const before = Date.now();
    await expect(cutOff.get('tours', 't1')).rejects.toThrow(OverloadedError);
    expect(Date.now() - before).toBeLessThan(12_000);
    proxy.refuse(false);
    expect(await cutOff.get('tours', 't1')).toEqual({ n: 25 });
    await cutOff.close();
    proxy.close();
  });

  it('tell in bounded time that a commit could not be written, and take the next one when the server is back', async () => {
    await documents.commit(numbered(1));
    await engine.kill();
    const before = Date.now();
    await expect(documents.commit(numbered(2))).rejects.toThrow(/MongoDB can't be reached/);
    expect(Date.now() - before).toBeLessThan(30_000);
    await restarted();
    await documents.commit(numbered(3));
    expect(await numberOf(documents)).toBe(3);
  });

  it('are not waited for without end when the server hangs', async () => {
    await documents.commit(numbered(1));
    engine.process.kill('SIGSTOP');
    await pause(200);
    const before = Date.now();
    await expect(documents.get('tours', 't1')).rejects.toThrow(OverloadedError);
    expect(Date.now() - before).toBeLessThan(25_000);
    engine.process.kill('SIGCONT');
    await documents.commit(numbered(2));
    expect(await numberOf(documents)).toBe(2);
  });

  it('lose no write when two processes write the same documents', async () => {
    const other = await openDocuments({ url, dataDir: directory });
    await Promise.all(
      [documents, other].map(async (store, who) => {
        for (let n = 0; n < 30; n += 1)
          await store.commit([
            { collection: 'tours', id: 'a', put: { who, n } },
            { collection: 'tours', id: 'b', put: { who, n } },
            { collection: 'mine', id: `${who}-${n}`, put: { n } },
          ]);
      }),
    );
    expect(await documents.get('tours', 'a')).toEqual(await other.get('tours', 'b'));
    expect(await documents.count('mine')).toBe(60);
    await other.close();
  });

  it('refuse the commits of a runner that has lost its lease, and only those', async () => {
    const other = await openDocuments({ url, dataDir: directory });
    const lease = { name: 'view-runner', indexes: [{ fields: ['slot'], unique: true }] };
    await Promise.all([documents.ensure(lease), other.ensure(lease)]);
    const fence = (owner: string): Write => ({ collection: 'view-runner', id: owner, put: { owner, slot: 'runner' } });
    await documents.commit([...numbered(1), fence('a')]);
    await other.commit([{ collection: 'view-runner', id: 'a', remove: true }, fence('b')]);
    const late = [
      documents.commit([...numbered(2), fence('a')]),
      documents.commit([{ collection: 'x', id: 'x', put: {} }]),
    ];
    const [refused, taken] = await Promise.allSettled(late);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(DuplicateKeyError) });
    expect(taken).toMatchObject({ status: 'fulfilled' });
    expect(await numberOf(documents)).toBe(1);
    await other.close();
  });

  it('make and drop collections and indexes from two processes at once', async () => {
    const other = await openDocuments({ url, dataDir: directory });
    const spec = { name: 'tours', indexes: [{ fields: ['tenant', 'at'] }, { fields: ['slug'], unique: true }] };
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([documents.ensure(spec), other.ensure(spec), documents.ensure(spec)]);
      await other.commit([{ collection: 'tours', id: 'a', put: { slug: 's' } }]);
      await expect(other.commit([{ collection: 'tours', id: 'b', put: { slug: 's' } }])).rejects.toThrow(
        DuplicateKeyError,
      );
      await Promise.all([documents.drop('tours'), other.drop('tours'), other.drop('tours')]);
      expect(await documents.collections()).not.toContain('tours');
    }
    await other.close();
  });
});

describe('DOCUMENTS_URL', () => {
  it.each([
    'mongodb://127.0.0.1:1/?replicaSet=secantus',
    'mongodb://user:secret@127.0.0.1:1',
    'mongodb+srv://somewhere.test/',
  ])('is refused without the name of a database: %s', async (url) => {
    await expect(openDocuments({ url, dataDir: '/tmp' })).rejects.toThrow(/^DOCUMENTS_URL: (?!.*secret).*database/);
  });

  it('is refused in bounded time when nobody answers there', async () => {
    await expect(openDocuments({ url: 'mongodb://user:secret@127.0.0.1:1/x', dataDir: '/tmp' })).rejects.toThrow(
      /^DOCUMENTS_URL: (?!.*secret)/,
    );
  });
});
