import { describe, expect, it } from 'vitest';
import { deterministicId } from './ids.ts';

describe('a deterministic id', () => {
  // Made with npm uuid 14: v5('a\u001fb', '5b1d4b0e-6a5e-5d0c-9a55-0a6c1f6f7a11').
  it('is the UUIDv5 of its parts in the namespace of the platform', () => {
    expect(deterministicId('a', 'b')).toBe('bac6f79e-25ef-5ba6-88e9-edfadd77da53');
  });

  it('tells parts apart that read alike when they are joined', () => {
    expect(deterministicId('ab', 'c')).not.toBe(deterministicId('a', 'bc'));
  });

  it('has version 5 and the variant of RFC 9562 whatever the parts are', () => {
    for (let n = 0; n < 100; n++) {
      expect(deterministicId('part', n)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  it('takes any text', () => {
    expect(deterministicId('\ud800')).toHaveLength(36);
  });
});
