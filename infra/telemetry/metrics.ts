import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one process. Each part of the platform adds its own when it is opened. */
export type Metrics = Registry;

/** A registry; with the process's own figures (memory, CPU, event-loop lag) unless `processFigures` is false. */
export const createMetrics = (processFigures = true): Metrics => {
  const registry = new Registry();
  if (processFigures) collectDefaultMetrics({ register: registry });
  return registry;
};

export const counter = <L extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  labelNames: readonly L[] = [],
) => new Counter({ name, help, labelNames, registers: [metrics] });

/** A figure read when asked for: `read` sets it at each scrape. */
export const gauge = <L extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: (gauge: Gauge<L>) => void | Promise<void>,
) =>
  new Gauge({
    name,
    help,
    labelNames,
    registers: [metrics],
    async collect() {
      await read(this);
    },
  });

/** A distribution; `buckets` are upper bounds in the unit that `name` ends with. */
export const histogram = <L extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  labelNames: readonly L[],
  buckets: readonly number[],
) => new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [metrics] });
