import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { embeddingEvents } from '../../../contracts/events/embeddings.ts';
import { contextOf, type RecordedEvent } from '../../../contracts/events/envelope.ts';
import { personalParts } from '../../../contracts/events/personal-data.ts';
import { predictionEvents } from '../../../contracts/events/predictions.ts';
import { eventSchemas, upcast, upcasters } from '../../../contracts/events/registry.ts';
import { allProjections } from '../../../projections/all-projections.ts';

const folder = new URL('./stored/', import.meta.url);
const files = readdirSync(folder);
const storedEvent = (type: string) =>
  JSON.parse(readFileSync(new URL(`${type}.json`, folder), 'utf8')) as RecordedEvent;

/** Every type that was ever written: those of today, and the old ones that are lifted to them. */
const everShipped = [...new Set([...Object.keys(eventSchemas), ...Object.keys(upcasters)])];

describe('a stored event of every type and version ever shipped', () => {
  it('is kept: copy one from a log to stored/<type>.json when a type is added, and never take one away', () => {
    expect(files.toSorted()).toEqual(everShipped.map((type) => `${type}.json`).toSorted());
  });

  for (const type of everShipped) {
    it(`${type} is still understood`, () => {
      const stored = storedEvent(type);
      expect(stored.type).toBe(type);
      const isPrediction = type in predictionEvents || type in embeddingEvents;
      const context = isPrediction ? 'prediction' : type.slice(0, type.indexOf('.'));
      expect(contextOf(stored.stream)).toBe(context);

      const event = upcast(stored);
      const schema = eventSchemas[event.type];
      expect(schema, `${event.type} has a schema`).toBeDefined();
      // What the schema adds or drops would part what is decided on from what is stored.
      expect(schema?.parse(event.data)).toEqual(event.data);
    });
  }
});

describe('a stored event', () => {
  it('with personal data has it sealed, and blanks in its place', () => {
    for (const type of Object.keys(personalParts)) {
      const { personal, data } = storedEvent(type);
      expect(personal, type).toMatch(/^[\w-]{16}\.[\w-]+$/);
      expect(JSON.stringify(data), type).not.toMatch(/Ana|Sousa|Vegetarian|@demo\.example|@example\.org/);
    }
  });

  it('that a view handles concerns one of its documents', () => {
    const handled = allProjections.flatMap((projection) => projection.handles.map((type) => ({ projection, type })));
    for (const { projection, type } of handled) {
      // Who bought is sealed in the samples, or nobody knows: such a purchase is of no customer.
      if (projection.name === 'churn-outcomes' && type !== 'customer.churn-scored.v1') continue;
      expect(projection.key(upcast(storedEvent(type))), `${projection.name} of ${type}`).toEqual(expect.any(String));
    }
  });
});

describe('upcasting', () => {
  const old: RecordedEvent = {
    ...storedEvent('departure.closed.v1'),
    type: 'departure.shut.v1',
    data: { why: 'storm' },
  };

  it('lifts step by step to the newest version, and leaves the stored event as it is', () => {
    const lifted = upcast(old, {
      'departure.shut.v1': (data) => ({ type: 'departure.shut.v2', data: { reason: (data as { why: string }).why } }),
      'departure.shut.v2': (data) => ({
        type: 'departure.closed.v1',
        data: { departureId: 'd', ...(data as { reason: string }) },
      }),
    });
    expect(lifted).toEqual({ ...old, type: 'departure.closed.v1', data: { departureId: 'd', reason: 'storm' } });
    expect(eventSchemas['departure.closed.v1']?.safeParse(lifted.data).success).toBe(true);
    expect(old.type).toBe('departure.shut.v1');
  });

  it('that goes round in a circle is a bug, and says so', () => {
    const circle = {
      'departure.shut.v1': (data: unknown) => ({ type: 'departure.shut.v2', data }),
      'departure.shut.v2': (data: unknown) => ({ type: 'departure.shut.v1', data }),
    };
    expect(() => upcast(old, circle)).toThrow('departure.shut.v1 do not end');
  });
});
