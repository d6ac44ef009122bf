import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { issueApiKey } from './api-key.ts';
import { type ApiKeyRecord, authenticator, type UserRecord } from './credentials.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { sessionSecret } from './session-secret.ts';
import { createSessions } from './sessions.ts';

const ANA = { userId: 'ana', tenant: 'acme', passwordMark: 'mark' };

const company = (now: () => number = Date.now) => {
  const users = new Map<string, UserRecord>([
    ['ana', { tenant: 'acme', roles: ['sales'], active: true, passwordMark: 'mark' }],
  ]);
  const keys = new Map<string, ApiKeyRecord>();
  const sessions = createSessions(randomBytes(32), 8, now);
  const authenticate = authenticator({
    sessions,
    findUser: async (userId) => users.get(userId),
    findApiKey: async (keyId) => keys.get(keyId),
  });
  return { users, keys, sessions, authenticate };
};

describe('a session', () => {
  it('lets its user in, with the roles of now', async () => {
    const { users, sessions, authenticate } = company();
    const { token } = await sessions.issue(ANA);
    expect(await authenticate(`Bearer ${token}`)).toEqual({
      tenant: 'acme',
      actor: 'user:ana',
      roles: ['sales'],
      channel: 'direct',
    });
    users.set('ana', { tenant: 'acme', roles: ['guide'], active: true, passwordMark: 'mark' });
    expect((await authenticate(`bearer ${token}`))?.roles).toEqual(['guide']);
  });

  it('of a deactivated or unknown user, or one who moved to another tenant, lets nobody in at once', async () => {
    const { users, sessions, authenticate } = company();
    const { token } = await sessions.issue(ANA);
    expect(await authenticate(`Bearer ${token}`)).toBeDefined();
    users.set('ana', { tenant: 'acme', roles: ['sales'], active: false, passwordMark: 'mark' });
    expect(await authenticate(`Bearer ${token}`)).toBeUndefined();
    users.set('ana', { tenant: 'rival', roles: ['sales'], active: true, passwordMark: 'mark' });
    expect(await authenticate(`Bearer ${token}`)).toBeUndefined();
    users.delete('ana');
    expect(await authenticate(`Bearer ${token}`)).toBeUndefined();
  });

  it('ends when the password changes', async () => {
    const { users, sessions, authenticate } = company();
    const { token } = await sessions.issue(ANA);
    expect(await authenticate(`Bearer ${token}`)).toBeDefined();
    users.set('ana', { tenant: 'acme', roles: ['sales'], active: true, passwordMark: 'another' });
    expect(await authenticate(`Bearer ${token}`)).toBeUndefined();
  });

  it('ends when it expires, also where its signature was checked just before', async () => {
    let now = Date.parse('2026-05-01T10:00:00Z');
    const { sessions, authenticate } = company(() => now);
    const { token, expiresAt } = await sessions.issue(ANA);
    expect(expiresAt).toBe('2026-05-01T18:00:00.000Z');
    now = Date.parse('2026-05-01T17:59:58Z');
    expect(await authenticate(`Bearer ${token}`)).toBeDefined();
    now = Date.parse('2026-05-01T18:00:01Z');
    expect(await authenticate(`Bearer ${token}`)).toBeUndefined();
  });

  it('altered, unsigned or signed with another secret lets nobody in', async () => {
    const { sessions, authenticate } = company();
    const { token } = await sessions.issue(ANA);
    const [header, , signature] = token.split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = encode({ iss: 'spirit-tours', sub: 'ana', tenant: 'acme', exp: 4_000_000_000 });
    const foreign = await createSessions(randomBytes(32), 8).issue(ANA);
    for (const wrong of [
      `${header}.${claims}.${signature}`,
      `${encode({ alg: 'none' })}.${claims}.`,
      foreign.token,
      'a.b.c',
      '',
    ]) {
      expect(await authenticate(`Bearer ${wrong}`)).toBeUndefined();
    }
    expect(await authenticate(token)).toBeUndefined();
    expect(await authenticate(`Basic ${token}`)).toBeUndefined();
    expect(await authenticate(undefined)).toBeUndefined();
  });

  it('is not signed with a short secret', () => {
    expect(() => createSessions(randomBytes(31), 8)).toThrow('at least 32 bytes');
  });
});

describe('an API key', () => {
  it('lets its holder in until it is revoked', async () => {
    const { keys, authenticate } = company();
    const { key, keyId, secretHash } = issueApiKey();
    const record: ApiKeyRecord = {
      tenant: 'acme',
      name: 'Viator',
      role: 'reseller',
      channel: 'octo',
      secretHash,
      revoked: false,
    };
    keys.set(keyId, record);
    expect(await authenticate(`Bearer ${key}`)).toEqual({
      tenant: 'acme',
      actor: `api-key:${keyId}`,
      roles: ['reseller'],
      channel: 'octo',
    });
    keys.set(keyId, { ...record, revoked: true });
    expect(await authenticate(`Bearer ${key}`)).toBeUndefined();
  });

  it('with another secret, or the hash in place of the secret, lets nobody in', async () => {
    const { keys, authenticate } = company();
    const { key, keyId, secret, secretHash } = issueApiKey('3f2c-viator');
    keys.set(keyId, { tenant: 'acme', name: 'x', role: 'reseller', channel: 'octo', secretHash, revoked: false });
    expect(await authenticate(`Bearer ${key}`)).toBeDefined();
    expect(secretHash).not.toContain(secret);
    for (const wrong of [
      `st_${keyId}_${issueApiKey().secret}`,
      `st_${keyId}_${secretHash.slice(0, 43)}`,
      `st_${keyId}_`,
      `st_other_${secret}`,
      `${key}x`,
    ]) {
      expect(await authenticate(`Bearer ${wrong}`)).toBeUndefined();
    }
  });
});

describe('a password', () => {
  it('is kept as argon2id with a salt of its own, and only it fits', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await verifyPassword('correct horse', first)).toBe(true);
    expect(await verifyPassword('wrong horse', first)).toBe(false);
    expect(await verifyPassword('nobody has this password', undefined)).toBe(false);
    expect(await verifyPassword('x'.repeat(201), first)).toBe(false);
  });
});

describe('the session secret', () => {
  it('is made once, the same for all who ask together, and readable by its owner alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'secret-'));
    try {
      const dataDir = join(dir, 'data');
      const secrets = await Promise.all([1, 2, 3, 4].map(() => sessionSecret(undefined, dataDir)));
      const again = await sessionSecret(undefined, dataDir);
      for (const secret of secrets) expect(Buffer.from(secret)).toEqual(Buffer.from(again));
      expect(again.length).toBeGreaterThanOrEqual(32);
      expect((await stat(join(dataDir, 'session-secret'))).mode & 0o777).toBe(0o600);
      expect(await readdir(dataDir)).toEqual(['session-secret']);
      expect(Buffer.from(await sessionSecret('configured', dataDir)).toString()).toBe('configured');
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
