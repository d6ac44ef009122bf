import type { Admin, ITopicConfig } from 'kafkajs';
import { eventSchemas } from '../../../contracts/events/registry.ts';
import { topicOfType } from '../../../contracts/topics.ts';
import { MAX_EVENT_BYTES } from '../../event-store/event-store.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { failuresOf, persistently } from './persistently.ts';

/** A topic for each context that has events. */
export const EVENT_TOPICS: readonly string[] = [...new Set(Object.keys(eventSchemas).map(topicOfType))].sort();

/** Position up to which the relay has published: the last message says it. Compacted. */
export const PUBLISHED = 'spirit.published';
/** Messages that nobody can read, with the reason in their headers. */
export const DEAD_LETTERS = 'spirit.dead-letters';

/** The largest event with its envelope and Kafka's own framing. */
const MAX_MESSAGE_BYTES = 2 * MAX_EVENT_BYTES;

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
  await persistently(() => createMissing(admin, specs)).catch((error) => {
    throw new Error(`EVENT_BUS_URL: topics can't be created: ${reasonsOf(error)}`, { cause: error });
  });
  const { topics: found } = await persistently(() =>
    admin.fetchTopicMetadata({ topics: specs.map(({ topic }) => topic) }),
  );
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

/** @throws when another process is creating the same topics, or a broker has not heard of them yet: try again. */
const createMissing = async (admin: Admin, specs: readonly ITopicConfig[]): Promise<void> => {
  const there = new Set(await admin.listTopics());
  const missing = specs.filter(({ topic }) => !there.has(topic));
  if (missing.length === 0) return;
  await admin.createTopics({ topics: missing });
  // A leader is named before it knows that it is one, and refuses what it is asked meanwhile.
  for (const { topic } of missing) await persistently(() => admin.fetchTopicOffsets(topic));
};

const reasonsOf = (error: unknown): string =>
  [...new Set(failuresOf(error).map((failure) => (failure instanceof Error ? failure.message : String(failure))))].join(
    '; ',
  );
