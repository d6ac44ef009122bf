import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyContact } from '../../contracts/events/bookings.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { openSubjectKeys } from './open-subject-keys.ts';
import { keyIdOf, seal, unseal } from './seal.ts';
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
  keys = openSubjectKeys({ dataDir: directory });
});
afterEach(async () => {
  keys.close();
  await rm(directory, { recursive: true });
});

describe('a sealed event', () => {
  it('shows nothing of the person and opens to what it was', () => {
    const sealed = seal(keys, confirmed(ana));
    expect(JSON.stringify(sealed)).not.toMatch(/Ana|ana@/);
    expect(sealed.data).toMatchObject({ bookingId: 'b', voucherCode: 'V', contact: emptyContact });
    expect(unseal(keys, sealed)).toEqual(confirmed(ana));
  });

  it('without personal data stays as it is and costs no key', () => {
    const event = confirmed();
    expect(seal(keys, event)).toBe(event);
  });

  it('has blanks for good once its key is destroyed, also after a restart', async () => {
    const sealed = seal(keys, confirmed(ana));
    keys.destroy([keyIdOf(sealed.personal ?? '')]);
    expect(unseal(keys, sealed)).toEqual(confirmed());
    keys.close();
    keys = openSubjectKeys({ dataDir: directory });
    expect(unseal(keys, sealed)).toEqual(confirmed());
  });

  it('leaves no byte of a destroyed key in the vault', async () => {
    const { id, key } = keys.take();
    keys.destroy([id]);
    keys.close();
    expect((await readFile(join(directory, 'keys.db'))).includes(key)).toBe(false);
    keys = openSubjectKeys({ dataDir: directory });
  });

  it('moved to another event, or changed, is refused', () => {
    const sealed = seal(keys, confirmed(ana));
    expect(() => unseal(keys, { ...sealed, id: 'e2' })).toThrow();
  });

  it('opens in another process', () => {
    const sealed = seal(keys, confirmed(ana));
    const other = openSubjectKeys({ dataDir: directory });
    expect(unseal(other, sealed)).toEqual(confirmed(ana));
    other.close();
  });
});
