import type { Admin } from 'kafkajs';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { topicOf } from '../../../contracts/topics.ts';
import type { Subscription } from '../../event-store/event-store.ts';
import type { ConsumeOptions, EventBus } from '../event-bus.ts';
import { consumeKafka, type KafkaBusState } from './consume-kafka.ts';
import { DeadLetters } from './dead-letters.ts';
import { DurableProducer } from './durable-producer.ts';
import { CONSUMER_RETRY, createClient, type OnWarning } from './kafka-client.ts';
import { type KafkaSettings, kafkaSettings } from './kafka-settings.ts';
import { partitionOfKey } from './partition-of.ts';
import { readPublished } from './published-position.ts';
import { Publisher } from './publisher.ts';
import { DEAD_LETTERS, EVENT_TOPICS, ensureTopics, PUBLISHED } from './topics.ts';

/**
 * Opens the event bus on Kafka: connects, creates the topics that are missing and checks those that are there.
 * @param onWarning told of what goes wrong and is being dealt with: a broker that is away, a message that can't be read.
 * @throws Error naming EVENT_BUS_URL when it says something wrong, no broker answers, or a topic is not as it says.
 */
export const openKafkaEventBus = async (url: string, onWarning: OnWarning = () => undefined): Promise<EventBus> => {
  const settings = kafkaSettings(url);
  const admin = createClient(settings, onWarning).admin();
  try {
    await admin.connect();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`EVENT_BUS_URL: can't connect to Kafka at ${settings.brokers.join(', ')}: ${why}`, {
      cause: error,
    });
  }
  try {
    await ensureTopics(admin, settings, [...EVENT_TOPICS, PUBLISHED, DEAD_LETTERS]);
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
  return new KafkaEventBus(settings, admin, onWarning);
};

/** The adapter for Kafka. A topic per context, the stream as key, so that a partition keeps the order of its streams. */
class KafkaEventBus implements EventBus {
  readonly #state: KafkaBusState;
  readonly #producer: DurableProducer;
  readonly #publisher: Publisher;
  readonly #consumers = new Set<Subscription>();
  #closed: Promise<void> | undefined;

  constructor(settings: KafkaSettings, admin: Admin, onWarning: OnWarning) {
    const newClient = () => createClient(settings, onWarning, CONSUMER_RETRY);
    this.#producer = new DurableProducer(createClient(settings, onWarning));
    const known = new Set<string>(EVENT_TOPICS);
    const ensure = async (topics: readonly string[]): Promise<void> => {
      const missing = topics.filter((topic) => !known.has(topic));
      if (missing.length === 0) return;
      await ensureTopics(admin, settings, missing);
      for (const topic of missing) known.add(topic);
    };
    this.#publisher = new Publisher({
      settings,
      producer: this.#producer,
      ensureTopic: (topic) => ensure([topic]),
      onWarning,
    });
    const deadLetters = new DeadLetters(settings, this.#producer, onWarning);
    this.#state = { settings, admin, deadLetters, newClient, ensureTopics: ensure, onWarning };
  }

  async publish(events: readonly RecordedEvent[], upTo: number): Promise<void> {
    this.#mustBeOpen();
    await this.#publisher.publish(events, upTo);
  }

  async publishedUpTo(): Promise<number> {
    this.#mustBeOpen();
    if (this.#publisher.published > 0) return this.#publisher.published;
    const { newClient, admin, settings } = this.#state;
    this.#publisher.resumeAt(await readPublished(newClient(), admin, settings));
    return this.#publisher.published;
  }

  consume(options: ConsumeOptions): Subscription {
    this.#mustBeOpen();
    const consumer = consumeKafka(this.#state, options);
    this.#consumers.add(consumer);
    const forget = (): void => {
      this.#consumers.delete(consumer);
    };
    consumer.ended.then(forget, forget);
    return consumer;
  }

  async partitionOf(stream: string): Promise<string> {
    const topic = topicOf(stream);
    return `${topic}/${partitionOfKey(topic, stream, this.#state.settings.partitions)}`;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#publisher.close(), ...[...this.#consumers].map((consumer) => consumer.stop())]);
    await Promise.all([this.#producer.close(), this.#state.admin.disconnect().catch(() => undefined)]);
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new Error('the event bus is closed');
  }
}
