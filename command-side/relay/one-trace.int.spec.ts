import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { randomId } from '../../contracts/ids.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { traced } from '../../infra/telemetry/traced.ts';
import { openTracing, startSpan } from '../../infra/telemetry/tracing.ts';
import { createCommandHandling } from '../handling/command-handling.ts';
import { tenantDecider } from '../identity/tenant-decider.ts';
import { startRelay } from './relay.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'trace-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

it('one trace runs from the request through append and relay to the consumer of the event', async () => {
  const spans = new InMemorySpanExporter();
  const tracing = openTracing({ processor: new SimpleSpanProcessor(spans) });
  const eventStore = await openEventStore({ dataDir });
  const bus = await openEventBus({ dataDir }, eventStore);
  const onWarning = vi.fn();
  const handling = createCommandHandling({
    eventStore,
    snapshots: undefined,
    clock: () => new Date().toISOString(),
    onWarning,
  });
  const relay = await startRelay({ eventStore, bus, onWarning });
  const consumer = bus.consume({
    group: 'a-view',
    onBatch: ({ events }) => traced('project a-view', events, () => Promise.resolve()),
  });

  const request = startSpan('POST /v1/tenants');
  const tenantId = randomId();
  const facts = { tenantId, name: 'Azul', country: 'PT', contactEmail: 'a@example.com' };
  const meta = { commandId: randomId(), correlationId: 'c', tenant: tenantId, actor: 'system:test' };
  await handling.handle(
    tenantDecider,
    tenantId,
    { type: 'register-tenant', facts },
    { ...meta, ...(request === undefined ? {} : { traceparent: request.traceparent }) },
    () => undefined,
  );
  request?.end();

  const names = ['POST /v1/tenants', 'append tenant', 'relay', 'project a-view'];
  await vi.waitFor(() =>
    expect(
      spans
        .getFinishedSpans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted()),
  );
  const traces = new Set(spans.getFinishedSpans().map((span) => span.spanContext().traceId));
  expect([...traces]).toEqual([request?.traceparent.split('-')[1]]);

  await consumer.stop();
  await relay.stop();
  await bus.close();
  await eventStore.close();
  await tracing.shutdown();
});
