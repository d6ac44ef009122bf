import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, environment, ROLES, readConfig } from './config.ts';

const problemsOf = (env: Readonly<Record<string, string>>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('the configuration', () => {
  it('needs nothing: everything embedded, in one process, on this machine alone', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ port: 8080, host: '127.0.0.1', dataDir: '.data', roles: ROLES, seedDemo: true });
    expect(config.eventStoreUrl).toBeUndefined();
    expect(config.otlpEndpoint).toBeUndefined();
  });

  it('takes an empty variable as unset', () => {
    expect(readConfig({ PORT: '', EVENT_BUS_URL: ' ', ROLES: '' })).toEqual(readConfig({}));
  });

  it('reads roles from the variable, or from the command line, which wins', () => {
    expect(readConfig({ ROLES: 'relay, projector' }).roles).toEqual(['relay', 'projector']);
    expect(readConfig({ ROLES: 'relay' }, ['--roles', 'query-api']).roles).toEqual(['query-api']);
    expect(readConfig({ ROLES: 'relay' }, ['--roles=query-api,projector']).roles).toEqual(['query-api', 'projector']);
    expect(() => readConfig({}, ['--roles', 'barista'])).toThrow(/ROLES: one or more of .*not "barista"/);
  });

  it.each([
    ['PORT', '80a', 'a whole number'],
    ['PORT', '70000', 'at most 65535'],
    ['EVENT_STORE_URL', 'http://localhost', 'esdb://'],
    ['JOBS_URL', 'localhost:6379', 'redis://'],
    ['LOG_LEVEL', 'loud', 'one of fatal'],
    ['SESSION_SECRET', 'short', 'at least 32 bytes'],
    ['SESSION_HOURS', '0', 'at least 1'],
    ['SEED_DEMO', 'yes', 'true or false'],
    ['HOLD_MINUTES', '-5', 'a whole number'],
  ])('refuses %s=%s by name, without its value', (name, value, reason) => {
    const message = problemsOf({ [name]: value });
    expect(message).toContain(`${name}: `);
    expect(message).toContain(reason);
    if (name === 'SESSION_SECRET') expect(message).not.toContain(value);
  });

  it.each([
    ['EVENT_STORE_URL', 'esdb://a:2113,b:2113,c:2113?tls=false'],
    ['EVENT_STORE_URL', 'esdb+discover://user:pass@store.internal'],
    ['EVENT_BUS_URL', 'kafka://a:9092,[::1]:9093?topicPrefix=x.&partitions=6'],
    ['DOCUMENTS_URL', 'mongodb://user:p%40ss@a:1,b:2/tours?replicaSet=x'],
    ['SEARCH_URL', 'https://user:pass@search:9200/?indexPrefix=x-'],
    ['JOBS_URL', 'redis://127.0.0.1:6379/0?prefix=x'],
  ])('takes %s=%s, as each engine names its servers', (name, value) => {
    expect(problemsOf({ [name]: value })).toBe('');
  });

  it.each([
    ['EVENT_BUS_URL', 'kafka://a:9092,'],
    ['EVENT_BUS_URL', 'kafka://a:9092,b:port'],
    ['DOCUMENTS_URL', 'mongodb:///tours'],
    ['EVENT_STORE_URL', 'esdb://a b'],
    ['SEARCH_URL', 'http://a:1,b:2'],
  ])('refuses %s=%s: a server is missing or is none', (name, value) => {
    expect(problemsOf({ [name]: value })).toContain(`${name}: a URL that begins with`);
  });

  it('names every variable that is wrong at once', () => {
    expect(problemsOf({ PORT: 'x', HOLD_MINUTES: 'y' })).toMatch(/PORT[\s\S]*HOLD_MINUTES/);
  });
});

describe('.env.example', () => {
  const example = Object.fromEntries(
    readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

  it('lists exactly the variables of the schema', () => {
    expect(Object.keys(example).toSorted()).toEqual(Object.keys(environment.shape).toSorted());
  });

  it('shows the defaults', () => {
    expect(readConfig(example)).toEqual(readConfig({}));
  });
});
