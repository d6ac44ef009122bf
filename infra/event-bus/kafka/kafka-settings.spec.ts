import { describe, expect, it } from 'vitest';
import { kafkaSettings } from './kafka-settings.ts';

describe('an EVENT_BUS_URL of Kafka', () => {
  it('names brokers, and leaves the rest to defaults', () => {
    expect(kafkaSettings('kafka://localhost:9092')).toEqual({
      brokers: ['localhost:9092'],
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
      topicPrefix: 'eu.',
      partitions: 12,
      replication: 3,
      retentionMs: 604_800_000,
    });
  });

  it('takes an empty parameter as not given', () => {
    expect(kafkaSettings('kafka://h:1?topicPrefix=&partitions=&retentionMs=')).toEqual(kafkaSettings('kafka://h:1'));
  });

  it.each([
    ['kafka://', 'expected kafka://host:port[,host:port]'],
    ['kafka://localhost', 'expected kafka://host:port[,host:port]'],
    ['kafka://a:1,', 'expected kafka://host:port[,host:port]'],
    ['kafka://a:1,b', 'expected kafka://host:port[,host:port]'],
    ['kafka://user:secret@a:1', 'expected kafka://host:port[,host:port]'],
    [
      'kafka://a:1?partition=6',
      'unknown parameter "partition"; there are topicPrefix, partitions, replication, retentionMs',
    ],
    ['kafka://a:1?partitions=0', 'partitions is a whole number from 1 to 1000, not "0"'],
    ['kafka://a:1?partitions=6.5', 'partitions is a whole number from 1 to 1000, not "6.5"'],
    ['kafka://a:1?replication=-1', 'replication is a whole number from 1 to 100, not "-1"'],
    ['kafka://a:1?topicPrefix=a/b', 'topicPrefix has letters, digits, dots, dashes and underscores, unlike "a/b"'],
  ])('%s is refused, naming the variable and what is wrong', (url, why) => {
    expect(() => kafkaSettings(url)).toThrow(`EVENT_BUS_URL: ${why}`);
  });
});
