import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';

const ROUNDS = 6;
const program = fileURLToPath(new URL('./appending-process.ts', import.meta.url));

interface Acknowledged {
  readonly stream: string;
  readonly revision: number;
  readonly ids: readonly string[];
}

/** Lets the process append for `ms` after it has opened the store, kills it with SIGKILL, returns what it had acknowledged. */
const appendAndKill = async (dataDir: string, ms: number): Promise<Acknowledged[]> => {
  const child = spawn(process.execPath, ['--import', 'tsx', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: Acknowledged[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    if (line === 'open') {
      setTimeout(() => child.kill('SIGKILL'), ms);
      return;
    }
    const [stream = '', revision = '', ids = ''] = line.split(' ');
    acknowledged.push({ stream, revision: Number(revision), ids: ids.split(',') });
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return acknowledged;
};

describe('kill -9 in the middle of appends', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'kill-appender-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it(`keeps all that was acknowledged, whole and gapless, ${ROUNDS} times on one log`, {
    timeout: 60_000,
  }, async () => {
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = acknowledged.length;
      acknowledged.push(...(await appendAndKill(dataDir, 20 + Math.random() * 250)));
      expect(acknowledged.length).toBeGreaterThan(before);

      const store = await openEventStore({ dataDir });
      const byId = new Map<string, RecordedEvent>();
      const lastOf = new Map<string, number>();
      let lastPosition = 0;
      for await (const batch of store.readAll()) {
        for (const event of batch) {
          expect(byId.has(event.id)).toBe(false);
          expect(event.position).toBeGreaterThan(lastPosition);
          expect(event.revision).toBe((lastOf.get(event.stream) ?? -1) + 1);
          const { text, length } = event.data as { text: string; length: number };
          expect(text).toHaveLength(length);
          lastPosition = event.position;
          lastOf.set(event.stream, event.revision);
          byId.set(event.id, event);
        }
      }
      for (const { stream, revision, ids } of acknowledged) {
        const places = ids.map((id) => byId.get(id));
        expect(places.map((event) => event?.stream)).toEqual(ids.map(() => stream));
        expect(places.map((event) => event?.revision)).toEqual(ids.map((_, i) => revision - ids.length + 1 + i));
      }
      expect(await store.headPosition()).toBe(lastPosition);
      await store.close();
      const file = new Database(join(dataDir, 'events.db'), { readonly: true });
      expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
      file.close();
    }
  });
});
