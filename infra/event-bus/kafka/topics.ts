import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';
import { eventSchemas } from '../../../contracts/events/registry.ts';
import { topicOf } from '../../../contracts/topics.ts';
import { MAX_EVENT_BYTES } from '../../event-store/event-store.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** A topic for each context that has events. A type begins with its context: `booking.placed.v1`. */
export const EVENT_TOPICS: readonly string[] = [
  ...new Set(Object.keys(eventSchemas).map((type) => topicOf(type.replace('.', '-')))),
].sort();

/** Position up to which the relay has published: the last message says it. Compacted. */
export const PUBLISHED = 'spirit.published';
/** Messages that nobody can read, with the reason in their headers. */
export const DEAD_LETTERS = 'spirit.dead-letters';

/** The largest event with its envelope and Kafka's own framing. */
const MAX_MESSAGE_BYTES = 2 * MAX_EVENT_BYTES;
const TRIES = 50;

const specOf = (topic: string, settings: KafkaSettings): ITopicConfig => {
  const entries: Record<string, string> =
    topic === PUBLISHED
      ? { 'cleanup.policy': 'compact', 'segment.ms': '3600000' }
      : {
          'cleanup.policy': 'delete',
          'retention.ms': String(topic === DEAD_LETTERS ? -1 : settings.retentionMs),
          'retention.bytes': '-1',
          'max.message.bytes': String(MAX_MESSAGE_BYTES),
        };
  return {
    topic: settings.topicPrefix + topic,
    numPartitions: topic === PUBLISHED || topic === DEAD_LETTERS ? 1 : settings.partitions,
    replicationFactor: settings.replication,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
  };
};

/**
 * Creates the topics that are missing and checks those that are there.
 * @param topics without the prefix
 * @throws Error when a topic has another number of partitions or replicas than the settings say, or can't be created.
 */
export const ensureTopics = async (admin: Admin, settings: KafkaSettings, topics: readonly string[]): Promise<void> => {
  const specs = topics.map((topic) => specOf(topic, settings));
  for (let tries = 1; ; tries++) {
    const there = new Set(await admin.listTopics());
    const missing = specs.filter(({ topic }) => !there.has(topic));
    if (missing.length === 0) break;
    try {
      await admin.createTopics({ topics: missing });
    } catch (error) {
      // Another process may be creating the same topics, or a broker has not heard of them yet.
      if (tries === TRIES || !failuresOf(error).some(passes))
        throw new Error(`EVENT_BUS_URL: topics can't be created: ${reasonsOf(error)}`, { cause: error });
      await pause(100);
    }
  }
  const { topics: found } = await admin.fetchTopicMetadata({ topics: specs.map(({ topic }) => topic) });
  for (const spec of specs) {
    const partitions = found.find(({ name }) => name === spec.topic)?.partitions ?? [];
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    const differs = (what: string, is: number, said: number | undefined): void => {
      if (is !== said)
        throw new Error(
          `EVENT_BUS_URL: topic ${spec.topic} has ${is} ${what}, not ${said}. Say how it is, change the topic, or begin anew ` +
            `with another topicPrefix${what === 'partitions' ? '; the order of a stream rests on the number of partitions' : ''}`,
        );
    };
    differs('partitions', partitions.length, spec.numPartitions);
    differs('replicas', replicas, spec.replicationFactor);
  }
};

/** kafkajs gathers what happened to each topic in an AggregateError of its own. */
const failuresOf = (error: unknown): readonly unknown[] =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];

/** By its shape: what kafkajs exports of its errors, Node can't see in a module of CommonJS. */
const passes = (failure: unknown): boolean =>
  failure instanceof Error &&
  'type' in failure &&
  (failure.type === 'TOPIC_ALREADY_EXISTS' || ('retriable' in failure && failure.retriable === true));

const reasonsOf = (error: unknown): string =>
  [...new Set(failuresOf(error).map((failure) => (failure instanceof Error ? failure.message : String(failure))))].join(
    '; ',
  );
