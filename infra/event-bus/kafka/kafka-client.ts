import { Kafka, type LogEntry, logLevel } from 'kafkajs';
import type { KafkaSettings } from './kafka-settings.ts';

/** Told of what goes wrong and is being dealt with. */
export type OnWarning = (message: string, error?: unknown) => void;

/** What is worth telling again, after this long. A dead broker would fill the log otherwise. */
const REPEAT_MS = 10_000;

/**
 * Tries for about 6 s: a broker that restarts is ridden out, and one that is gone is known to be so before long. The defaults
 * of kafkajs give up within a restart.
 */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 } as const;

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
export const createClient = ({ brokers }: KafkaSettings, onWarning: OnWarning): Kafka => {
  const log = logTo(onWarning);
  return new Kafka({
    clientId: 'spirit-tours',
    brokers: [...brokers],
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    retry: RETRY,
    logLevel: logLevel.ERROR,
    logCreator: () => log,
  });
};
