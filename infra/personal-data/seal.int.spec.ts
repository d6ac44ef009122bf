import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyContact } from '../../contracts/events/bookings.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { openSubjectKeys } from './open-subject-keys.ts';
import { keyIdOf, sealAll, unsealAll } from './seal.ts';
import type { SubjectKeys } from './subject-keys.ts';

const confirmed = (contact = emptyContact): EventEnvelope => ({
  id: 'e1',
  type: 'booking.confirmed.v1',
  time: '2026-01-01T00:00:00.000Z',
  tenant: 't',
  actor: 'user:ana',
  correlationId: 'c',
  causationId: 'c1',
  data: {
    bookingId: 'b',
    contact,
    unitItems: [{ id: 'u1', contact: { ...contact, lastName: null } }],
    voucherCode: 'V',
  },
});
const ana = { ...emptyContact, firstName: 'Ana', emailAddress: 'ana@example.com' };

let directory: string;
let keys: SubjectKeys;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-'));
  keys = await openSubjectKeys({ dataDir: directory });
});
afterEach(async () => {
  await keys.close();
  await rm(directory, { recursive: true });
});

const sealed = async (event: EventEnvelope): Promise<EventEnvelope> => {
  const [only] = await sealAll(keys, [event]);
  if (only === undefined) throw new Error('nothing was sealed');
  return only;
};

describe('sealed events', () => {
  it('show nothing of the person and open to what they were', async () => {
    const event = await sealed(confirmed(ana));
    expect(JSON.stringify(event)).not.toMatch(/Ana|ana@/);
    expect(event.data).toMatchObject({ bookingId: 'b', voucherCode: 'V', contact: emptyContact });
    expect(await unsealAll(keys, [event])).toEqual([confirmed(ana)]);
  });

  it('have a key each, and are found together in one go', async () => {
    const events = [confirmed(ana), confirmed(), { ...confirmed(ana), id: 'e2' }];
    const all = await sealAll(keys, events);
    expect(new Set(all.map(({ personal }) => personal && keyIdOf(personal))).size).toBe(3);
    let asked = 0;
    const counting: SubjectKeys = {
      ...keys,
      findMany: (ids) => {
        asked += 1;
        return keys.findMany(ids);
      },
    };
    expect(await unsealAll(counting, all)).toEqual(events);
    expect(asked).toBe(1);
  });

  it('without personal data stay as they are, at once, and cost no key', () => {
    const events = [confirmed()];
    expect(sealAll(keys, events)).toBe(events);
    expect(unsealAll(keys, events)).toBe(events);
  });

  it('have blanks for good once their key is destroyed, also after a restart', async () => {
    const event = await sealed(confirmed(ana));
    await keys.destroy([keyIdOf(event.personal ?? '')]);
    expect(await unsealAll(keys, [event])).toEqual([confirmed()]);
    await keys.close();
    keys = await openSubjectKeys({ dataDir: directory });
    expect(await unsealAll(keys, [event])).toEqual([confirmed()]);
  });

  it('moved to another event, or changed, are refused', async () => {
    const event = await sealed(confirmed(ana));
    await expect(unsealAll(keys, [{ ...event, id: 'e2' }])).rejects.toThrow();
  });
});
