import { type Kafka, Partitioners, type Producer, type TopicMessages } from 'kafkajs';

/** All in-sync replicas have it before it counts as sent. */
const ACKS_ALL = -1;

/**
 * Sends with idempotence and acknowledgement of all replicas. After a failure it begins anew as another producer: kafkajs
 * takes the sequence numbers of what failed for something else the next time, and a broker that had stored them would take
 * the new messages for repeats and drop them.
 */
export class DurableProducer {
  readonly #client: Kafka;
  #producer: Promise<Producer> | undefined;

  constructor(client: Kafka) {
    this.#client = client;
  }

  /** Resolves when all is durable. @throws when it can't be for some seconds; part of it may be stored then. */
  async send(topicMessages: TopicMessages[]): Promise<void> {
    this.#producer ??= this.#connect();
    const connecting = this.#producer;
    try {
      const producer = await connecting;
      await producer.sendBatch({ acks: ACKS_ALL, topicMessages });
    } catch (error) {
      if (this.#producer === connecting) this.#producer = undefined;
      void disconnect(connecting);
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#producer !== undefined) await disconnect(this.#producer);
    this.#producer = undefined;
  }

  async #connect(): Promise<Producer> {
    const producer = this.#client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }
}

/** Whatever goes wrong while leaving is of no interest any more. */
const disconnect = (producer: Promise<Producer>): Promise<void> =>
  producer.then((connected) => connected.disconnect()).catch(() => undefined);
