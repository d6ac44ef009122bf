import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EventStoreUnavailableError } from '../../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../../infra/event-store/open-event-store.ts';
import { collect, idsOf, newStream, someEvents } from '../sample-events.ts';

const MIB = 1024 * 1024;

/** Mounts a disk of 8 MiB in memory. Undefined where this user may not: `maxBytes` stands for the full disk there. */
const mountSmallDisk = (): { folder: string; unmount(): void } | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]).status === 0;
  const unmount = (): void => {
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmdirSync(folder);
  };
  if (mounted) return { folder, unmount };
  unmount();
  return undefined;
};

const disk = mountSmallDisk();

describe.runIf(disk)('on a disk that fills up', () => {
  it('refuses what finds no room, keeps what was acknowledged, and writes again once there is room', async () => {
    if (disk === undefined) throw new Error('there is no small disk');
    try {
      const filler = join(disk.folder, 'something-else');
      let store = await openEventStore({ dataDir: disk.folder });
      const stream = newStream();
      const acknowledged = someEvents(3);
      await store.append(stream, 'no-stream', acknowledged);
      writeFileSync(filler, Buffer.alloc(statfsSync(disk.folder).bavail * statfsSync(disk.folder).bsize));

      const refused = someEvents(2, { data: 'x'.repeat(MIB / 4) });
      await expect(store.append(stream, 2, refused)).rejects.toBeInstanceOf(EventStoreUnavailableError);
      expect(idsOf(await collect(store.readStream(stream)))).toEqual(idsOf(acknowledged));

      rmSync(filler);
      expect(await store.append(stream, 2, refused)).toMatchObject({ appended: true, revision: 4 });
      await store.close();
      store = await openEventStore({ dataDir: disk.folder });
      expect(idsOf(await collect(store.readStream(stream)))).toEqual(idsOf([...acknowledged, ...refused]));
      await store.close();
    } finally {
      disk.unmount();
    }
  });
});
