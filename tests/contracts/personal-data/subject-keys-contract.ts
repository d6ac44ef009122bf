import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubjectKeys } from '../../../infra/personal-data/subject-keys.ts';

/** What every vault must do. `open` is called with an empty folder of its own, and again to open the same vault beside. */
export const subjectKeysContract = (name: string, open: (dataDir: string) => Promise<SubjectKeys>): void => {
  describe(`key vault: ${name}`, () => {
    let dataDir: string;
    let keys: SubjectKeys;

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'subject-keys-'));
      keys = await open(dataDir);
    });
    afterEach(async () => {
      await keys.close();
      await rm(dataDir, { recursive: true, force: true });
    });

    const bytesOf = (found: ReadonlyMap<string, Buffer>) => [...found].map(([id, key]) => [id, key.toString('hex')]);

    it('gives keys of 32 bytes, each once, also to many who ask at the same time', async () => {
      expect(await keys.take(0)).toEqual([]);
      const taken = (await Promise.all([1, 300, 7, 2, 260].map((count) => keys.take(count)))).flat();
      expect(taken).toHaveLength(570);
      expect(new Set(taken.map(({ id }) => id)).size).toBe(570);
      expect(new Set(taken.map(({ key }) => key.toString('hex'))).size).toBe(570);
      for (const { id, key } of taken) {
        expect(key).toHaveLength(32);
        // It stands before a point in the sealed part of an event.
        expect(id).toMatch(/^[\w-]{10,}$/);
      }
    });

    it('has a key from when it is given, for every process and after a restart', async () => {
      const taken = await keys.take(3);
      const wanted = taken.map(({ id, key }) => [id, key.toString('hex')]).sort();
      const ids = taken.map(({ id }) => id);
      const beside = await open(dataDir);
      expect(bytesOf(await beside.findMany(ids)).sort()).toEqual(wanted);
      await beside.close();
      await keys.close();
      keys = await open(dataDir);
      expect(bytesOf(await keys.findMany([...ids, ...ids])).sort()).toEqual(wanted);
    });

    it('gives two processes different keys', async () => {
      const beside = await open(dataDir);
      const taken = (await Promise.all([keys.take(50), beside.take(50)])).flat();
      expect(new Set(taken.map(({ id }) => id)).size).toBe(100);
      await beside.close();
    });

    it('finds only what is there', async () => {
      const [one] = await keys.take(1);
      expect((await keys.findMany([])).size).toBe(0);
      expect([...(await keys.findMany(['nobody-knows-it', one?.id ?? ''])).keys()]).toEqual([one?.id]);
    });

    it('does not find a destroyed key, at once here, within 5 s elsewhere, and never again', async () => {
      const [gone, kept] = await keys.take(2);
      const ids = [gone?.id ?? '', kept?.id ?? ''];
      const beside = await open(dataDir);
      expect((await beside.findMany(ids)).size).toBe(2);
      expect((await keys.findMany(ids)).size).toBe(2);
      await keys.destroy([ids[0] ?? '', 'nobody-knows-it']);
      await keys.destroy([]);
      await keys.destroy([ids[0] ?? '']);
      expect([...(await keys.findMany(ids)).keys()]).toEqual([ids[1]]);
      const until = Date.now() + 5_500;
      while ((await beside.findMany(ids)).size === 2 && Date.now() < until)
        await new Promise((r) => setTimeout(r, 100));
      expect([...(await beside.findMany(ids)).keys()]).toEqual([ids[1]]);
      await beside.close();
      await keys.close();
      keys = await open(dataDir);
      expect([...(await keys.findMany(ids)).keys()]).toEqual([ids[1]]);
    });
  });
};
