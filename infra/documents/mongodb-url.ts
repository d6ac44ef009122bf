/** Whether a URL is one of MongoDB. */
export const isMongodbUrl = (url: string): boolean => /^mongodb(\+srv)?:\/\//.test(url);

/**
 * The database that a URL of MongoDB names in its path.
 * @throws Error naming DOCUMENTS_URL where there is none: the driver would write to one named `test`.
 */
export const databaseOf = (url: string): string => {
  const [, name = ''] = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^/?]*)/.exec(url) ?? [];
  if (name === '')
    throw new Error('DOCUMENTS_URL: name a database in its path, as in mongodb://host:27017/spirit-tours');
  return decodeURIComponent(name);
};

/**
 * How long a client waits for a server that is away, in milliseconds: short, since whoever waits (a request, the runner)
 * knows better what to do then. The client finds the server again by itself. There is no limit on a socket: an index may take
 * long to build, and a server that hangs is noticed by its missing heartbeats, which end what waits for it.
 */
export const MONGODB_WAITS = {
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 2_000,
  waitQueueTimeoutMS: 10_000,
  heartbeatFrequencyMS: 2_000,
} as const;
