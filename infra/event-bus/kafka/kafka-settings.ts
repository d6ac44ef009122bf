/** What an EVENT_BUS_URL of Kafka says. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly tls: boolean;
  /** Undefined: the brokers ask for none. */
  readonly credentials?: {
    readonly mechanism: (typeof MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  };
  /** Before each topic and consumer group, so that installations can share a cluster. */
  readonly topicPrefix: string;
  /** Of each topic of events. Can't be changed later: the order per stream rests on it. */
  readonly partitions: number;
  readonly replication: number;
  /** How long events are kept on the bus, in ms; -1: for ever, so that a new consumer group hears everything. */
  readonly retentionMs: number;
}

const PARAMETERS = ['topicPrefix', 'partitions', 'replication', 'retentionMs', 'tls', 'mechanism'];
const MECHANISMS = ['scram-sha-512', 'scram-sha-256', 'plain'] as const;
const MOST_PARTITIONS = 1_000;

/**
 * Reads `kafka://[user:password@]host:port[,host:port]?topicPrefix=&partitions=6&replication=1&retentionMs=&tls=true&mechanism=`.
 * Taken apart here since no standard URL has several hosts. User and password are percent-encoded.
 * @throws Error naming what is wrong, without the password.
 */
export const kafkaSettings = (url: string): KafkaSettings => {
  const wrong = (why: string) => new Error(`EVENT_BUS_URL: ${why}`);
  const [, user, password, hosts = '', query = ''] =
    /^kafka:\/\/(?:([^:@/?#]+):([^:@/?#]+)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/.exec(url) ?? [];
  const brokers = hosts.split(',');
  if (!brokers.every((broker) => /^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i.test(broker)))
    throw wrong('expected kafka://[user:password@]host:port[,host:port]');

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
  const tls = parameters.get('tls') || 'false';
  if (tls !== 'true' && tls !== 'false') throw wrong(`tls is true or false, not "${tls}"`);
  const given = parameters.get('mechanism') || MECHANISMS[0];
  const mechanism = MECHANISMS.find((known) => known === given);
  if (mechanism === undefined) throw wrong(`mechanism is one of ${MECHANISMS.join(', ')}, not "${given}"`);
  return {
    brokers,
    tls: tls === 'true',
    ...(user !== undefined &&
      password !== undefined && {
        credentials: { mechanism, username: decode(user), password: decode(password) },
      }),
    topicPrefix,
    partitions: whole('partitions', 6, MOST_PARTITIONS),
    replication: whole('replication', 1, 100),
    retentionMs: whole('retentionMs', -1, Number.MAX_SAFE_INTEGER),
  };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('EVENT_BUS_URL: user and password must be percent-encoded');
  }
};
