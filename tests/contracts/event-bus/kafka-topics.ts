import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

/** A prefix that no other run has. */
export const newPrefix = (): string => `t${randomUUID().slice(0, 8)}.`;

/** A bare client, to look at what the adapter does and to do what it does not. */
export const bareKafka = (url: string): Kafka =>
  new Kafka({
    brokers: new URL(url).host.split(','),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 },
  });

/** Removes the topics and consumer groups of a test. */
export const deleteTopics = async (url: string, prefix: string): Promise<void> => {
  const admin = bareKafka(url).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    // Deleting a topic that is not there would be tried again for half a minute.
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const { groups } = await admin.listGroups();
    const groupIds = groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(prefix));
    // A member that was killed is in its group for a while still; the broker forgets it by itself.
    if (groupIds.length > 0) await admin.deleteGroups(groupIds).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
};
