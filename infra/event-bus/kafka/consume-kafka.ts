import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import type { Subscription } from '../../event-store/event-store.ts';
import type { ConsumeOptions } from '../event-bus.ts';
import type { DeadLetters } from './dead-letters.ts';
import { GroupMember } from './group-member.ts';
import type { OnWarning } from './kafka-client.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { EVENT_TOPICS } from './topics.ts';

/** What the consumers of one bus share. */
export interface KafkaBusState {
  readonly settings: KafkaSettings;
  readonly admin: Admin;
  readonly deadLetters: DeadLetters;
  readonly newClient: () => Kafka;
  readonly ensureTopics: (topics: readonly string[]) => Promise<void>;
  readonly onWarning: OnWarning;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A member that held on for so long has not crashed because of the last crash. */
const STEADY_MS = 30_000;
const TOPIC = /^spirit\.[^-]+$/;

/**
 * One consumer of a group, until it is stopped: when its membership breaks (broker away, group gone), it joins anew after a
 * pause with jitter.
 * @throws RangeError when a topic is none.
 */
export const consumeKafka = (bus: KafkaBusState, options: ConsumeOptions): Subscription => {
  const topics = [...new Set(options.topics ?? EVENT_TOPICS)];
  for (const topic of topics)
    if (!TOPIC.test(topic)) throw new RangeError(`topics: a topic reads spirit.<context>, not ${topic}`);
  const { topicPrefix, partitions } = bus.settings;
  const groupId = topicPrefix + options.group;
  const stop = new AbortController();
  const { signal } = stop;
  const stopped = once(signal, 'abort').then(() => undefined);
  const handled = new Map<string, number>();

  const committedPositions = async (): Promise<ReadonlyMap<string, number>> => {
    const found = await bus.admin.fetchOffsets({ groupId, topics: topics.map((topic) => topicPrefix + topic) });
    return new Map(
      found.flatMap(({ topic, partitions: of }) =>
        of.map(
          ({ partition, metadata }) =>
            [`${topic.slice(topicPrefix.length)}/${partition}`, Number(metadata ?? 0) || 0] as const,
        ),
      ),
    );
  };

  /** Resolves when the member was stopped, with what broke it otherwise. */
  const membership = async (): Promise<unknown> => {
    let onCrash: (error: unknown) => void = () => undefined;
    const crashed = new Promise<unknown>((resolve) => {
      onCrash = resolve;
    });
    const member = new GroupMember({
      client: bus.newClient(),
      groupId,
      topicPrefix,
      topics,
      partitions,
      consume: options,
      deadLetters: bus.deadLetters,
      committedPositions,
      handled,
      onCrash,
    });
    const failed = bus
      .ensureTopics(topics)
      .then(() => member.start())
      .then(
        () => crashed,
        (error: unknown) => error,
      );
    const error = await Promise.race([failed, stopped]);
    await member.stop();
    return error;
  };

  const run = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const began = performance.now();
      const error = await membership();
      if (signal.aborted) return;
      if (performance.now() - began > STEADY_MS) pause = FIRST_PAUSE_MS;
      bus.onWarning(`consumer group ${groupId}: the membership broke, joining anew`, error);
      await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  };

  const ended = run();
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
};
