/** What an EVENT_BUS_URL of Kafka says. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** Before each topic and consumer group, so that installations can share a cluster. */
  readonly topicPrefix: string;
  /** Of each topic of events. Can't be changed later: the order per stream rests on it. */
  readonly partitions: number;
  readonly replication: number;
  /** How long events are kept on the bus, in ms; -1: for ever, so that a new consumer group hears everything. */
  readonly retentionMs: number;
}

const PARAMETERS = ['topicPrefix', 'partitions', 'replication', 'retentionMs'];
const MOST_PARTITIONS = 1_000;

/**
 * Reads `kafka://host:port[,host:port]?topicPrefix=&partitions=6&replication=1&retentionMs=`. Taken apart here since no
 * standard URL has several hosts.
 * @throws Error naming what is wrong.
 */
export const kafkaSettings = (url: string): KafkaSettings => {
  const wrong = (why: string) => new Error(`EVENT_BUS_URL: ${why}`);
  const [, hosts = '', query = ''] = /^kafka:\/\/([^/?#]+)\/?(?:\?([^#]*))?$/.exec(url) ?? [];
  const brokers = hosts.split(',');
  if (!brokers.every((broker) => /^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i.test(broker)))
    throw wrong('expected kafka://host:port[,host:port]');

  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown parameter "${unknown}"; there are ${PARAMETERS.join(', ')}`);

  const whole = (name: string, otherwise: number, most: number): number => {
    const given = parameters.get(name);
    if (given === null || given === '') return otherwise;
    const value = /^\d+$/.test(given) ? Number(given) : 0;
    if (value < 1 || value > most) throw wrong(`${name} is a whole number from 1 to ${most}, not "${given}"`);
    return value;
  };
  const topicPrefix = parameters.get('topicPrefix') ?? '';
  if (!/^[\w.-]{0,100}$/.test(topicPrefix))
    throw wrong(`topicPrefix has letters, digits, dots, dashes and underscores, unlike "${topicPrefix}"`);
  return {
    brokers,
    topicPrefix,
    partitions: whole('partitions', 6, MOST_PARTITIONS),
    replication: whole('replication', 1, 100),
    retentionMs: whole('retentionMs', -1, Number.MAX_SAFE_INTEGER),
  };
};
