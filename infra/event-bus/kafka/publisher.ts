import type { TopicMessages } from 'kafkajs';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { topicOf } from '../../../contracts/topics.ts';
import type { DurableProducer } from './durable-producer.ts';
import type { OnWarning } from './kafka-client.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { messageOf, watermarkOf } from './message.ts';
import { EVENT_TOPICS, PUBLISHED } from './topics.ts';

/** Watermarks and the position reached are written at most this often while there is always something to publish. */
const ROUND_MS = 50;
/** A record batch holds what one request brings to a partition, and topics limit its size. */
const REQUEST_BYTES = 1024 * 1024;

export interface PublisherOptions {
  readonly settings: KafkaSettings;
  readonly producer: DurableProducer;
  /** Creates a topic that is not there yet. */
  readonly ensureTopic: (topic: string) => Promise<void>;
  readonly onWarning: OnWarning;
}

/**
 * Publishes in position order, one request after the other. The first request after a rest also carries a watermark to each
 * partition: it stands behind the events of its partition there, so it is true of that partition whatever becomes of the
 * others. While requests follow each other closely, watermarks come in rounds.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #topics = new Set(EVENT_TOPICS);
  #last: Promise<void> = Promise.resolve();
  /** Acknowledged up to here. */
  #published = 0;
  /** Each partition has a watermark or an event up to here. */
  #marked = 0;
  /** The position that Kafka remembers. */
  #remembered = 0;
  #nextRound = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Everything up to here is on the bus, as far as this process knows. */
  get published(): number {
    return this.#published;
  }

  /**
   * Goes on behind what another publisher has left, and gives each partition the watermark that it may have died before
   * writing: else nobody would know, until the next event, that the partition has come so far.
   */
  resumeAt(position: number): void {
    if (position <= this.#published) return;
    this.#published = position;
    this.#remembered = position;
    this.#roundSoon();
  }

  /** Publishes events behind what is published. Calls are served one after the other. */
  publish(events: readonly RecordedEvent[], upTo: number): Promise<void> {
    return this.#inTurn(() => this.#publish(events, upTo));
  }

  /** Writes the watermarks and the position that are still due. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#inTurn(() => this.#round()).catch((error) =>
      this.#options.onWarning('the position published could not be written down; some events will come again', error),
    );
  }

  async #publish(events: readonly RecordedEvent[], upTo: number): Promise<void> {
    if (upTo <= this.#published) return;
    const news = events.filter(({ position }) => position > this.#published);
    const requests = requestsOf(news);
    for (const messages of requests.slice(0, -1)) await this.#send(messages);
    const lastRequest = requests.at(-1) ?? [];
    for (const { topic } of lastRequest) await this.#know(topic);

    const due = performance.now() >= this.#nextRound;
    if (due) {
      await this.#send(withWatermarks(lastRequest, this.#topics, this.#options.settings.partitions, upTo));
      this.#marked = upTo;
      this.#nextRound = performance.now() + ROUND_MS;
    } else if (lastRequest.length > 0) {
      await this.#send(lastRequest);
    }
    this.#published = upTo;
    this.#roundSoon();
  }

  /** Tells idle partitions and Kafka itself how far it is. */
  async #round(): Promise<void> {
    const upTo = this.#published;
    const messages: TopicMessages[] =
      this.#marked < upTo ? withWatermarks([], this.#topics, this.#options.settings.partitions, upTo) : [];
    if (this.#remembered < upTo)
      messages.push({ topic: PUBLISHED, messages: [{ key: 'position', value: String(upTo) }] });
    if (messages.length === 0) return;
    await this.#send(messages);
    this.#marked = upTo;
    this.#remembered = upTo;
    this.#nextRound = performance.now() + ROUND_MS;
  }

  #roundSoon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#inTurn(() => this.#round()).catch((error) => {
          this.#options.onWarning('idle partitions could not be told how far the bus is; trying again', error);
          this.#roundSoon();
        });
      },
      Math.max(0, this.#nextRound - performance.now()),
    );
  }

  async #know(topic: string): Promise<void> {
    if (this.#topics.has(topic)) return;
    // As in a rolling upgrade, when a newer process writes events of a context that is new.
    await this.#options.ensureTopic(topic);
    this.#topics.add(topic);
  }

  async #send(messages: readonly TopicMessages[]): Promise<void> {
    for (const { topic } of messages) if (topic !== PUBLISHED) await this.#know(topic);
    const { topicPrefix } = this.#options.settings;
    await this.#options.producer.send(
      messages.map(({ topic, messages: of }) => ({ topic: topicPrefix + topic, messages: of })),
    );
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Events as requests, by topic. A request is full when its values are. */
const requestsOf = (events: readonly RecordedEvent[]): TopicMessages[][] => {
  const requests: TopicMessages[][] = [];
  let byTopic = new Map<string, TopicMessages>();
  let bytes = 0;
  const finish = (): void => {
    if (byTopic.size > 0) requests.push([...byTopic.values()]);
    byTopic = new Map();
    bytes = 0;
  };
  for (const event of events) {
    const message = messageOf(event);
    const size = (message.value?.length ?? 0) + (event.personal?.length ?? 0);
    if (bytes + size > REQUEST_BYTES) finish();
    bytes += size;
    const topic = topicOf(event.stream);
    const messages = byTopic.get(topic) ?? { topic, messages: [] };
    byTopic.set(topic, messages);
    messages.messages.push(message);
  }
  finish();
  return requests;
};

const withWatermarks = (
  request: readonly TopicMessages[],
  topics: ReadonlySet<string>,
  partitions: number,
  upTo: number,
): TopicMessages[] => {
  const events = new Map(request.map(({ topic, messages }) => [topic, messages]));
  return [...topics].map((topic) => ({
    topic,
    messages: [
      ...(events.get(topic) ?? []),
      ...Array.from({ length: partitions }, (_, partition) => watermarkOf(partition, upTo)),
    ],
  }));
};
