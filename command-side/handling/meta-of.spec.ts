import { describe, expect, it } from 'vitest';
import { reject } from '../../contracts/decider.ts';
import type { RequestContext } from '../../infra/http/route.ts';
import { creationId, metaOf, principalOf } from './meta-of.ts';
import { replyTo } from './reply-to.ts';

const request = (changes: Partial<RequestContext> = {}): RequestContext => ({
  principal: { tenant: 't1', actor: 'user:u1', roles: ['owner'], channel: 'direct' },
  correlationId: 'c1',
  idempotencyKey: undefined,
  bodyHash: 'hash',
  traceparent: undefined,
  headers: {},
  origin: 'http://127.0.0.1:8080',
  ...changes,
});
const ofTenant = (tenant: string): RequestContext =>
  request({ idempotencyKey: 'k', principal: { tenant, actor: 'user:u1', roles: ['owner'], channel: 'direct' } });

describe('the command of a request', () => {
  it('is another one each time without a key', () => {
    expect(metaOf(request()).commandId).not.toBe(metaOf(request()).commandId);
    expect(metaOf(request())).not.toHaveProperty('commandHash');
    expect(creationId('product', request())).not.toBe(creationId('product', request()));
  });
  it('is the same one with the same key of the same tenant', () => {
    expect(metaOf(ofTenant('t1'))).toEqual(metaOf(ofTenant('t1')));
    expect(metaOf(ofTenant('t1')).commandHash).toBe('hash');
    expect(metaOf(ofTenant('t1')).commandId).not.toBe(metaOf(ofTenant('t2')).commandId);
    expect(creationId('product', ofTenant('t1'))).toBe(creationId('product', ofTenant('t1')));
    expect(creationId('product', ofTenant('t1'))).not.toBe(creationId('product', ofTenant('t2')));
    expect(creationId('product', ofTenant('t1'))).not.toBe(creationId('schedule', ofTenant('t1')));
  });
  it('carries who sent it and the trace', () => {
    expect(metaOf(request({ traceparent: '00-1-2-01' }))).toMatchObject({
      tenant: 't1',
      actor: 'user:u1',
      correlationId: 'c1',
      traceparent: '00-1-2-01',
    });
  });
  it('has no sender on a public route', () => {
    expect(() => principalOf(request({ principal: undefined }))).toThrow('without a principal');
  });
});

describe('the reply to a command', () => {
  const handled = { answer: 'p1', events: [], revision: 3, position: 42, replayed: false };
  it('carries the position as consistency token', () => {
    expect(replyTo(handled, (id) => ({ status: 201, body: { id }, headers: { location: '/x' } }))).toEqual({
      status: 201,
      body: { id: 'p1' },
      headers: { location: '/x', 'X-Consistency-Token': '42' },
    });
  });
  it('passes a rejection on with its field', () => {
    const refused = replyTo(reject('SOLD_OUT', 'none left', 'seats'), () => ({}));
    expect(refused).toEqual({ refused: 'SOLD_OUT', detail: 'none left', field: 'seats' });
  });
});
