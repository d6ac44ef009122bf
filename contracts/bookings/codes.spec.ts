import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookingOfCode, normalCode, referenceCode, ticketCode } from './codes.ts';

describe('ticket codes', () => {
  it('name their booking, whatever it is', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (bookingId, secret) => {
        const code = ticketCode(bookingId, secret);
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{42}$/);
        expect(bookingOfCode(code)).toBe(bookingId);
      }),
    );
  });

  it('differ when their secrets do', () => {
    const bookingId = '559aed3d-6d5b-4fe0-bfca-99f5e7218a56';
    const first = ticketCode(bookingId, '3b1bc2ee-3155-4738-9471-f49842a07327');
    expect(ticketCode(bookingId, '3b1bc2ee-3155-4738-9571-f49842a07327')).not.toBe(first);
    expect(first.slice(0, 25)).toBe(ticketCode(bookingId, '00000000-0000-4000-8000-000000000000').slice(0, 25));
  });

  it('are read in groups and in small letters too', () => {
    const bookingId = '559aed3d-6d5b-4fe0-bfca-99f5e7218a56';
    const code = ticketCode(bookingId, '3b1bc2ee-3155-4738-9471-f49842a07327');
    const typed = `${code.slice(0, 10)}-${code.slice(10)}`.toLowerCase();
    expect(bookingOfCode(` ${typed} `)).toBe(bookingId);
    expect(normalCode(typed)).toBe(code);
  });

  it.each(['', 'A', 'U'.repeat(42), '0'.repeat(41), '0'.repeat(43)])('do not include %j', (code) => {
    expect(bookingOfCode(code)).toBeUndefined();
  });
});

describe('references', () => {
  it('are short, readable and the same for the same booking', () => {
    const reference = referenceCode('559aed3d-6d5b-4fe0-bfca-99f5e7218a56', 'tenant-1');
    expect(reference).toMatch(/^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/);
    expect(reference).toBe(referenceCode('559aed3d-6d5b-4fe0-bfca-99f5e7218a56', 'tenant-1'));
    expect(reference).not.toBe(referenceCode('559aed3d-6d5b-4fe0-bfca-99f5e7218a56', 'tenant-2'));
  });

  it('of 20,000 bookings are all different', () => {
    const references = new Set(
      Array.from({ length: 20_000 }, (_, index) =>
        referenceCode(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, 'tenant-1'),
      ),
    );
    expect(references.size).toBe(20_000);
  });
});
