import { describe, expect, it } from 'vitest';
import { kafkaSettings } from './kafka-settings.ts';

describe('an EVENT_BUS_URL of Kafka', () => {
  it('names brokers, and leaves the rest to defaults', () => {
    expect(kafkaSettings('kafka://localhost:9092')).toEqual({
      brokers: ['localhost:9092'],
      tls: false,
      topicPrefix: '',
      partitions: 6,
      replication: 1,
      retentionMs: -1,
    });
  });

  it('names several brokers and what the topics are like', () => {
    const url =
      'kafka://b-1.msk.example:9098,[::1]:9092/?topicPrefix=eu.&partitions=12&replication=3&retentionMs=604800000';
    expect(kafkaSettings(url)).toEqual({
      brokers: ['b-1.msk.example:9098', '[::1]:9092'],
      tls: false,
      topicPrefix: 'eu.',
      partitions: 12,
      replication: 3,
      retentionMs: 604_800_000,
    });
  });

  it('names who the platform is there, percent-encoded', () => {
    expect(kafkaSettings('kafka://spirit:p%40ss%3A%2F@a:9096,b:9096?tls=true')).toMatchObject({
      brokers: ['a:9096', 'b:9096'],
      tls: true,
      credentials: { mechanism: 'scram-sha-512', username: 'spirit', password: 'p@ss:/' },
    });
    expect(kafkaSettings('kafka://u:p@a:1?mechanism=plain').credentials?.mechanism).toBe('plain');
  });

  it('takes an empty parameter as not given', () => {
    expect(kafkaSettings('kafka://h:1?topicPrefix=&partitions=&retentionMs=')).toEqual(kafkaSettings('kafka://h:1'));
  });

  it.each([
    ['kafka://', 'expected kafka://[user:password@]host:port[,host:port]'],
    ['kafka://localhost', 'expected kafka://[user:password@]host:port[,host:port]'],
    ['kafka://a:1,', 'expected kafka://[user:password@]host:port[,host:port]'],
    ['kafka://a:1,b', 'expected kafka://[user:password@]host:port[,host:port]'],
    ['kafka://user@a:1', 'expected kafka://[user:password@]host:port[,host:port]'],
    [
      'kafka://a:1?partition=6',
      'unknown parameter "partition"; there are topicPrefix, partitions, replication, retentionMs, tls, mechanism',
    ],
    ['kafka://a:1?partitions=0', 'partitions is a whole number from 1 to 1000, not "0"'],
    ['kafka://a:1?partitions=6.5', 'partitions is a whole number from 1 to 1000, not "6.5"'],
    ['kafka://a:1?replication=-1', 'replication is a whole number from 1 to 100, not "-1"'],
    ['kafka://a:1?tls=yes', 'tls is true or false, not "yes"'],
    ['kafka://a:1?mechanism=oauth', 'mechanism is one of scram-sha-512, scram-sha-256, plain, not "oauth"'],
    ['kafka://u:%zz@a:1', 'user and password must be percent-encoded'],
    ['kafka://a:1?topicPrefix=a/b', 'topicPrefix has letters, digits, dots, dashes and underscores, unlike "a/b"'],
  ])('%s is refused, naming the variable and what is wrong', (url, why) => {
    expect(() => kafkaSettings(url)).toThrow(`EVENT_BUS_URL: ${why}`);
  });
});
