import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { openTracing, startSpan, type Tracing, validTraceparent } from './tracing.ts';

describe('the logger', () => {
  const logged = (value: object, level = 'info'): Record<string, unknown> => {
    let line = '';
    createLogger(level, { write: (text) => (line += text) }).info(value, 'happened');
    return JSON.parse(line || '{}') as Record<string, unknown>;
  };

  it('writes one JSON line with what it is given', () => {
    expect(logged({ correlationId: 'c1', bookingId: 'b1' })).toMatchObject({
      correlationId: 'c1',
      bookingId: 'b1',
      msg: 'happened',
      level: 30,
    });
  });

  it('hides credentials and personal data at every depth that is logged', () => {
    const line = JSON.stringify(
      logged({
        password: 'S1',
        body: { password: 'S2', contact: { fullName: 'S3' }, emailAddress: 'S4' },
        request: { headers: { authorization: 'S5', cookie: 'S6' }, body: { phoneNumber: 'S7' } },
      }),
    );
    expect(line).not.toMatch(/S\d/);
    expect(line.match(/\[hidden\]/g)).toHaveLength(7);
  });

  it('writes nothing below its level', () => {
    expect(logged({ a: 1 }, 'warn')).toEqual({});
  });
});

describe('tracing', () => {
  let tracing: Tracing | undefined;
  afterEach(async () => {
    await tracing?.shutdown();
    tracing = undefined;
  });

  it('costs no span while it is off', () => {
    expect(startSpan('append')).toBeUndefined();
  });

  it('keeps one trace from a request to what it causes, handed on as traceparent', () => {
    const exporter = new InMemorySpanExporter();
    tracing = openTracing({ processor: new SimpleSpanProcessor(exporter) });
    const client = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const request = startSpan('POST /v1/bookings', client);
    const projection = startSpan('project bookings', request?.traceparent, { events: 3 });
    projection?.end();
    request?.end(new Error('lost'), { status: 503 });
    const [inner, outer] = exporter.getFinishedSpans();
    expect(outer?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(outer?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(outer?.status.message).toBe('Error: lost');
    expect(outer?.attributes).toEqual({ status: 503 });
    expect(inner?.spanContext().traceId).toBe(outer?.spanContext().traceId);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(request?.traceparent).toBe(`00-${outer?.spanContext().traceId}-${outer?.spanContext().spanId}-01`);
  });

  it('begins a trace of its own where there is no usable parent', () => {
    const exporter = new InMemorySpanExporter();
    tracing = openTracing({ processor: new SimpleSpanProcessor(exporter) });
    startSpan('import', 'nonsense')?.end();
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext).toBeUndefined();
  });

  it.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
    ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', false],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331', false],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
    [undefined, false],
  ])('takes the traceparent %s: %s', (value, valid) => {
    expect(validTraceparent(value)).toBe(valid ? value : undefined);
  });
});
