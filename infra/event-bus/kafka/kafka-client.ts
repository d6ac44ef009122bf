import { Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { KafkaSettings } from './kafka-settings.ts';

/** Told of what goes wrong and is being dealt with. */
export type OnWarning = (message: string, error?: unknown) => void;

/** What is worth telling again, after this long. A dead broker would fill the log otherwise. */
const REPEAT_MS = 10_000;

/** About 6 s, which rides out the restart of a broker; who publishes wants to know before long that it can't. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 } as const;
/**
 * About half a minute: who is still a member of its group when the broker is back goes on at once, and who joins anew waits
 * until the session of what it was has run out.
 */
export const CONSUMER_RETRY = { ...RETRY, retries: 30 } as const;

const logTo = (onWarning: OnWarning) => {
  const told = new Map<string, number>();
  return ({ namespace, log }: LogEntry): void => {
    const message = `kafka ${namespace}: ${log.message}`;
    const now = Date.now();
    if (now - (told.get(message) ?? 0) < REPEAT_MS) return;
    if (told.size > 1_000) told.clear();
    told.set(message, now);
    onWarning(message, log.error ?? log.stack);
  };
};

/**
 * A client of the cluster. Connects to nothing by itself. Each consumer needs one of its own: consumers of one client and
 * one group share their committed offsets, and each wipes them when it joins (kafkajs 2.2.4).
 */
export const createClient = (
  { brokers, tls, credentials }: KafkaSettings,
  onWarning: OnWarning,
  retry: typeof RETRY | typeof CONSUMER_RETRY = RETRY,
): Kafka => {
  const log = logTo(onWarning);
  return new Kafka({
    clientId: 'spirit-tours',
    brokers: [...brokers],
    ssl: tls,
    ...(credentials && { sasl: credentials as SASLOptions }),
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    retry,
    logLevel: logLevel.ERROR,
    logCreator: () => log,
  });
};
