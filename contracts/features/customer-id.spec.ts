import { describe, expect, it } from 'vitest';
import { customerIdOf } from './customer-id.ts';

describe('the id of a customer', () => {
  it('is the same however the address is written', () => {
    expect(customerIdOf('tenant-1', ' Ana@Example.com ')).toBe(customerIdOf('tenant-1', 'ana@example.com'));
    expect(customerIdOf('tenant-1', 'ana@example.com')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is another one of another tenant and of another address', () => {
    const ids = [customerIdOf('a', 'b@c.pt'), customerIdOf('b', 'b@c.pt'), customerIdOf('a', 'c@c.pt')];
    expect(new Set(ids).size).toBe(3);
  });

  it.each([null, '', '  '])('is null without an address (%j)', (email) => {
    expect(customerIdOf('tenant-1', email)).toBeNull();
  });
});
