import { hash } from 'node:crypto';
import { deterministicId } from '../ids.ts';

/** No 0/O, 1/I/L: what people read out or type must not be ambiguous. */
const READABLE = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
/** Crockford's base 32 (https://www.crockford.com/base32.html). */
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const UUID_BYTES = 16;
const SECRET_BYTES = 10;
const CODE_LENGTH = ((UUID_BYTES + SECRET_BYTES) * 8 + 2) / 5;

const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

/**
 * The reference of a booking that people read out: twelve readable characters in groups of four, `K7QM-3XWT-9RBD`.
 * Made of the booking's id (59 bits): among a million bookings of a tenant two are alike with a chance below 1e-6.
 */
export const referenceCode = (bookingId: string, tenant: string): string => {
  let rest = uuidBytes(deterministicId('reference', tenant, bookingId)).readBigUInt64BE(8);
  let code = '';
  for (let place = 0; place < 12; place++) {
    if (place === 4 || place === 8) code += '-';
    code += READABLE[Number(rest % 31n)];
    rest /= 31n;
  }
  return code;
};

/**
 * The code on a ticket or voucher: the booking's id, so that the booking is found without a view, and 80 secret bits.
 * @param bookingId a UUID. @param secret what nobody can guess; the same secret gives the same code.
 */
export const ticketCode = (bookingId: string, secret: string): string => {
  const bytes = Buffer.concat([
    uuidBytes(bookingId),
    Buffer.from(hash('sha256', secret, 'hex').slice(0, 2 * SECRET_BYTES), 'hex'),
  ]);
  let code = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      code += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? code : code + BASE32[(held << (5 - bits)) & 31];
};

/** The id of the booking that a ticket or voucher code belongs to; undefined when it is no such code. Forgives spaces, dashes and case. */
export const bookingOfCode = (code: string): string | undefined => {
  const text = normalCode(code);
  if (text.length !== CODE_LENGTH) return undefined;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = BASE32.indexOf(character);
    if (value < 0) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  const hex = Buffer.from(bytes.slice(0, UUID_BYTES)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** A code as it was issued, however it was typed. */
export const normalCode = (code: string): string => code.replaceAll(/[\s-]/g, '').toUpperCase();
