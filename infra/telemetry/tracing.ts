import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** A unit of work under way. `traceparent` goes to whatever it causes: the event envelope, an outgoing request. */
export interface RunningSpan {
  /** W3C Trace Context `00-<trace>-<span>-<flags>`. */
  readonly traceparent: string;
  /** Ends it; with an error, as failed. */
  end(error?: unknown, attributes?: Readonly<Record<string, string | number>>): void;
}

export interface Tracing {
  /** Sends what is buffered, and stops. */
  shutdown(): Promise<void>;
}

/** Undefined while tracing is off: `startSpan` then costs one comparison. */
let tracer: Tracer | undefined;

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The header's value where it is a usable traceparent (W3C Trace Context §3.2), else undefined. */
export const validTraceparent = (value: string | undefined): string | undefined =>
  value !== undefined && value.length === 55 && TRACEPARENT.test(value) ? value : undefined;

/**
 * Turns tracing on for this process. Spans go to the OTLP/HTTP `endpoint` (`http://127.0.0.1:4318`), or to
 * `processor` where one is given (tests).
 */
export const openTracing = (
  options: { readonly endpoint: string } | { readonly processor: SpanProcessor },
  serviceName = 'spirit-tours',
): Tracing => {
  const processor =
    'processor' in options
      ? options.processor
      : new BatchSpanProcessor(new OTLPTraceExporter({ url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces` }));
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [processor],
  });
  tracer = provider.getTracer(serviceName);
  return {
    shutdown: async () => {
      tracer = undefined;
      await provider.shutdown();
    },
  };
};

const parentContext = (traceparent: string | undefined): Context => {
  const parts = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const [, traceId, spanId, flags] = parts ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  });
};

const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
};

/**
 * Starts a span under the span that `parentTraceparent` names, else a new trace. Undefined while tracing is off:
 * `const span = startSpan(…); …; span?.end()`.
 */
export const startSpan = (
  name: string,
  parentTraceparent?: string,
  attributes?: Readonly<Record<string, string | number>>,
): RunningSpan | undefined => {
  if (tracer === undefined) return undefined;
  const span = tracer.startSpan(name, attributes === undefined ? {} : { attributes }, parentContext(parentTraceparent));
  return {
    traceparent: traceparentOf(span),
    end: (error, attributesAtEnd) => {
      if (attributesAtEnd !== undefined) span.setAttributes(attributesAtEnd);
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      span.end();
    },
  };
};
