import type { KafkaMessage } from 'kafkajs';
import type { DurableProducer } from './durable-producer.ts';
import type { OnWarning } from './kafka-client.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { DEAD_LETTERS } from './topics.ts';

/** A message that can't be read. */
export interface BadMessage {
  readonly message: KafkaMessage;
  readonly reason: string;
}

/** Puts aside what nobody can read, so that it holds up nothing. */
export class DeadLetters {
  readonly #settings: KafkaSettings;
  readonly #producer: DurableProducer;
  readonly #onWarning: OnWarning;

  constructor(settings: KafkaSettings, producer: DurableProducer, onWarning: OnWarning) {
    this.#settings = settings;
    this.#producer = producer;
    this.#onWarning = onWarning;
  }

  /** Resolves when they are kept in the topic of dead letters, each with the reason and where it stood. */
  async put(group: string, partition: string, bad: readonly BadMessage[]): Promise<void> {
    if (bad.length === 0) return;
    await this.#producer.send([
      {
        topic: this.#settings.topicPrefix + DEAD_LETTERS,
        messages: bad.map(({ message: { key, value, headers, offset }, reason }) => ({
          key,
          value,
          headers: { ...headers, deadReason: reason, deadPartition: partition, deadOffset: offset, deadGroup: group },
        })),
      },
    ]);
    for (const { message, reason } of bad)
      this.#onWarning(
        `${group}: message ${message.offset} of ${partition} can't be read and is a dead letter: ${reason}`,
      );
  }
}
