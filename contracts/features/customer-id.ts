import { hash } from 'node:crypto';

/**
 * Who bought a booking, told from its contact's e-mail address: there is no account of a traveller. The first 32 hex digits
 * of SHA-256 over tenant, NUL and the address in lower case without spaces around it, so that the address can't be read in a
 * prediction or in the name of a stream, and customers of two tenants never meet.
 * @returns null where no address is known: such a booking belongs to no customer
 */
export const customerIdOf = (tenant: string, email: string | null): string | null => {
  const address = email?.trim().toLowerCase() ?? '';
  return address === '' ? null : hash('sha256', `${tenant}\0${address}`, 'hex').slice(0, 32);
};
