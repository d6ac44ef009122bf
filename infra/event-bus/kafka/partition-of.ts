import { Partitioners, type PartitionMetadata } from 'kafkajs';

/** Where the producer puts a message with this key, among so many partitions of its topic. Asks no broker. */
export const partitionOfKey = (topic: string, key: string, partitions: number): number => {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ ...ANY_PARTITION, partitionId }));
  return partitioner({ topic, partitionMetadata, message: { key, value: null } });
};

/** What a producer of DurableProducer asks. */
const partitioner = Partitioners.DefaultPartitioner();
const ANY_PARTITION: PartitionMetadata = { partitionErrorCode: 0, partitionId: 0, leader: 0, replicas: [], isr: [] };
