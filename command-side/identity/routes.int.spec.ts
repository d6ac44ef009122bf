import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandApi, startCommandApi } from '../../tests/spec-language/command-api.ts';
import { identityRoutes } from './routes.ts';
import { userIdOf } from './user-decider.ts';

const password = 'correct horse battery';
let api: CommandApi;
let owner: string;
let email: string;
let ana: { email: string; name: string; roles: string[]; password: string };
let stories = 0;
beforeAll(async () => {
  api = await startCommandApi(identityRoutes);
});
afterAll(() => api.close());
// Each story has a tenant and an address of its own, so that one store serves them all.
beforeEach(async () => {
  stories += 1;
  owner = await api.keyOf(`acme-${stories}`, 'owner');
  email = `ana-${stories}@example.org`;
  ana = { email: `Ana-${stories}@Example.org`, name: 'Ana', roles: ['sales'], password };
});
const another = (name: string) => `${name}-${stories}@example.org`;

const signIn = (mail: string, secret: string) =>
  api.call('POST', '/v1/sign-in', { body: { email: mail, password: secret } });
const written = async () => (await api.log()).map(({ type }) => type);

describe('signing in', () => {
  it('begins a session that opens what the user may do', async () => {
    const registered = await api.call('POST', '/v1/users', { token: owner, body: ana });
    expect(registered).toMatchObject({
      status: 201,
      body: { email, roles: ['sales'], active: true, tenant: `acme-${stories}` },
    });
    expect(registered.headers.get('x-consistency-token')).toBe(String(await api.eventStore.headPosition()));

    const { status, body } = await signIn(` ANA-${stories}@example.org`, password);
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { id: userIdOf(email), name: 'Ana' } });
    expect(JSON.stringify(body)).not.toContain('argon2');
    expect((await api.call('POST', '/v1/users', { token: String(body.token), body: ana })).status).toBe(403);
  });

  it('gives one answer to a wrong password, an unknown address and a deactivated user', async () => {
    await api.call('POST', '/v1/users', { token: owner, body: ana });
    await api.call('POST', '/v1/users', { token: owner, body: { ...ana, email: another('eva') } });
    await api.call('POST', `/v1/users/${userIdOf(another('eva'))}/deactivate`, { token: owner });
    const answers = await Promise.all([
      signIn(email, 'wrong'),
      signIn('nobody@example.org', password),
      signIn(another('eva'), password),
    ]);
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body.code).toBe('INVALID_CREDENTIALS');
      expect(body.detail).toBe(answers[0]?.body.detail);
    }
  });
});

describe('registering a user', () => {
  it('takes an address once, whatever the tenant', async () => {
    await api.call('POST', '/v1/users', { token: owner, body: ana });
    const other = await api.keyOf('globex', 'owner');
    const again = await api.call('POST', '/v1/users', { token: other, body: { ...ana, email: email.toUpperCase() } });
    expect(again).toMatchObject({ status: 409, body: { code: 'ALREADY_EXISTS' } });
    expect((await api.log()).filter(({ stream }) => stream === `user-${userIdOf(email)}`)).toHaveLength(1);
  });

  it('answers a retry as the first time, and refuses the key with other facts', async () => {
    const first = await api.call('POST', '/v1/users', { token: owner, body: ana, key: 'k1' });
    const second = await api.call('POST', '/v1/users', { token: owner, body: ana, key: 'k1' });
    expect(second.body).toEqual(first.body);
    const other = await api.call('POST', '/v1/users', { token: owner, body: { ...ana, name: 'Eva' }, key: 'k1' });
    expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('writes nothing that a password could be guessed at by, but its slow hash', async () => {
    await api.call('POST', '/v1/users', { token: owner, body: ana, key: 'k1' });
    // The hash that stands in the log is no function of the password: with another one, it is the same command.
    const other = { ...ana, password: 'another password' };
    expect((await api.call('POST', '/v1/users', { token: owner, body: other, key: 'k1' })).status).toBe(201);
    expect((await signIn(email, password)).status).toBe(200);
    expect(JSON.stringify(await api.log())).not.toContain(password);
  });

  it.each([
    ['email', { email: 'ana' }],
    ['password', { password: 'short' }],
    ['password', { password: 'x'.repeat(201) }],
    ['roles', { roles: [] }],
    ['roles', { roles: ['sales', 'sales'] }],
    ['roles.0', { roles: ['king'] }],
    ['tenant', { tenant: 'globex' }],
  ])('refuses a flaw in %s and writes nothing', async (field, flaw) => {
    const before = await written();
    const answer = await api.call('POST', '/v1/users', { token: owner, body: { ...ana, ...flaw } });
    expect(answer).toMatchObject({ status: 422, body: { field } });
    expect(await written()).toEqual(before);
  });

  it('is for owners', async () => {
    const manager = await api.keyOf(`acme-${stories}`, 'manager');
    expect((await api.call('POST', '/v1/users', { token: manager, body: ana })).status).toBe(403);
    expect((await api.call('POST', '/v1/users', { body: ana })).status).toBe(401);
  });
});

describe('a user', () => {
  const register = async (roles: string[]): Promise<string> => {
    await api.call('POST', '/v1/users', { token: owner, body: { ...ana, roles } });
    return String((await signIn(email, password)).body.token);
  };
  const pathOf = () => `/v1/users/${userIdOf(email)}`;

  it('is shut out at once when deactivated', async () => {
    const session = await register(['owner']);
    const issue = { token: session, body: { name: 'OTA', role: 'reseller' } };
    expect((await api.call('POST', '/v1/api-keys', issue)).status).toBe(201);
    expect((await api.call('POST', `${pathOf()}/deactivate`, { token: owner })).body).toMatchObject({ active: false });
    expect((await api.call('POST', '/v1/api-keys', issue)).status).toBe(401);
  });

  it('has its new roles at once', async () => {
    const session = await register(['owner']);
    await api.call('PUT', `${pathOf()}/roles`, { token: owner, body: { roles: ['guide'] } });
    expect((await api.call('POST', '/v1/users', { token: session, body: ana })).status).toBe(403);
  });

  it('cannot shut itself out', async () => {
    const session = await register(['owner', 'sales']);
    const keeps = await api.call('PUT', `${pathOf()}/roles`, { token: session, body: { roles: ['owner'] } });
    expect(keeps.status).toBe(200);
    const loses = await api.call('PUT', `${pathOf()}/roles`, { token: session, body: { roles: ['sales'] } });
    expect(loses).toMatchObject({ status: 409, body: { field: 'roles' } });
    expect((await api.call('POST', `${pathOf()}/deactivate`, { token: session })).status).toBe(409);
  });

  it("is not there for another tenant's owner", async () => {
    await register(['sales']);
    const foreign = await api.keyOf('globex', 'owner');
    const before = await written();
    const roles = await api.call('PUT', `${pathOf()}/roles`, { token: foreign, body: { roles: ['owner'] } });
    expect(roles).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await api.call('POST', `${pathOf()}/deactivate`, { token: foreign })).status).toBe(404);
    expect(await written()).toEqual(before);
  });

  it('changes its password by knowing the old one', async () => {
    const session = await register(['sales']);
    const change = (currentPassword: string) =>
      api.call('PUT', '/v1/me/password', { token: session, body: { currentPassword, newPassword: 'a brand new one' } });
    expect(await change('wrong')).toMatchObject({ status: 401, body: { field: 'currentPassword' } });
    expect((await change(password)).status).toBe(200);
    expect((await change('a brand new one')).status, 'the session is over').toBe(401);
    expect((await signIn(email, password)).status).toBe(401);
    expect((await signIn(email, 'a brand new one')).status).toBe(200);
  });

  it('is who has a password: an API key has none', async () => {
    const body = { currentPassword: 'x', newPassword: 'a brand new one' };
    expect((await api.call('PUT', '/v1/me/password', { token: owner, body })).status).toBe(403);
  });
});

describe('an API key', () => {
  const body = { name: 'OTA', role: 'reseller' };

  it('is shown once, opens, and is kept as a hash', async () => {
    const issued = await api.call('POST', '/v1/api-keys', { token: owner, body: { ...body, role: 'owner' } });
    expect(issued).toMatchObject({ status: 201, body: { name: 'OTA', channel: 'OTA', revokedAt: null } });
    const key = String(issued.body.key);
    expect((await api.call('POST', '/v1/api-keys', { token: key, body })).status).toBe(201);
    const secret = key.slice(key.lastIndexOf('_', key.length - 44) + 1);
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(JSON.stringify(await api.log())).not.toContain(secret);
  });

  it('is not shown again to a retry', async () => {
    const first = await api.call('POST', '/v1/api-keys', { token: owner, body, key: 'k1' });
    const second = await api.call('POST', '/v1/api-keys', { token: owner, body, key: 'k1' });
    expect(second).toMatchObject({ status: 409, body: { code: 'ALREADY_EXISTS', apiKeyId: first.body.id } });
  });

  it('opens nothing once revoked, at once', async () => {
    const issued = await api.call('POST', '/v1/api-keys', { token: owner, body: { ...body, role: 'owner' } });
    const token = String(issued.body.key);
    expect((await api.call('POST', '/v1/api-keys', { token, body })).status).toBe(201);
    const path = `/v1/api-keys/${issued.body.id}`;
    const foreign = await api.keyOf('globex', 'owner');
    expect((await api.call('DELETE', path, { token: foreign })).status).toBe(404);
    expect((await api.call('DELETE', path, { token: owner })).body.revokedAt).toEqual(expect.any(String));
    expect((await api.call('POST', '/v1/api-keys', { token, body })).status).toBe(401);
    expect((await api.call('DELETE', path, { token: owner })).status).toBe(200);
  });
});
