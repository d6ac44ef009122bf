import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT_BYTES } from '../../../infra/event-store/event-store.ts';

describe('what EventStoreDB takes in one append', () => {
  it.each(['compose.yaml', 'terraform/modules/event-store/main.tf', 'docs/operations.md'])(
    'is set in %s to more than the largest event',
    (file) => {
      const text = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
      const [, size] = /EVENTSTORE_MAX_APPEND_SIZE\W+(\d+)/.exec(text) ?? [];
      expect(Number(size)).toBeGreaterThan(4 * MAX_EVENT_BYTES);
      expect(Number(size)).toBeLessThanOrEqual(16 * 1024 * 1024);
    },
  );
});
