import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventSchemas } from '../../../contracts/events/registry.ts';

describe('docs/events.md', () => {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\w[\w-]*(?:\.[\w-]+)+) \| (.+?) \| (.*?) \|$/gm)].map(
    ([, type = '', says = '', data = '']) => ({ type, says, data: data.split(', ') }),
  );

  it('lists every event type and version, in the order of the registry, and no other', () => {
    expect(rows.map(({ type }) => type)).toEqual(Object.keys(eventSchemas));
  });

  it('says of each what happened, and which data it has', () => {
    for (const { type, says, data } of rows) {
      expect(says, type).toMatch(/\w{3}/);
      const schema = eventSchemas[type];
      expect(data, type).toEqual(schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);
    }
  });
});
