import { randomUUID } from 'node:crypto';
import type { Admin, Kafka } from 'kafkajs';
import type { KafkaSettings } from './kafka-settings.ts';
import { persistently } from './persistently.ts';
import { PUBLISHED } from './topics.ts';

/** Two relays at once write in turns, so the last message need not be the highest. */
const LOOK_BACK = 100;
const PATIENCE_MS = 30_000;

/** The position up to which the bus has been published, as Kafka remembers it; 0: nothing. @throws when it can't be read. */
export const readPublished = async (client: Kafka, admin: Admin, { topicPrefix }: KafkaSettings): Promise<number> => {
  const topic = topicPrefix + PUBLISHED;
  const [ends] = await persistently(() => admin.fetchTopicOffsets(topic));
  const [low, high] = [Number(ends?.low ?? 0), Number(ends?.high ?? 0)];
  if (high <= low) return 0;

  // kafkajs reads within groups only. This one commits nothing, so the broker forgets it as soon as it is left.
  const consumer = client.consumer({ groupId: `${topic}.reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  let timer: NodeJS.Timeout | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    return await new Promise<number>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${topic} could not be read`)), PATIENCE_MS);
      let position = 0;
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            for (const { value } of batch.messages) position = Math.max(position, Number(value?.toString() ?? 0) || 0);
            if (Number(batch.lastOffset()) >= high - 1) resolve(position);
          },
        })
        .then(() => consumer.seek({ topic, partition: 0, offset: String(Math.max(low, high - LOOK_BACK)) }))
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
    await consumer.disconnect().catch(() => undefined);
  }
};
