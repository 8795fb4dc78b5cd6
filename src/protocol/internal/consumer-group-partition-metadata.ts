/** Topics of a consumer group as of 4.0 (KIP-848); newer brokers keep a hash in ConsumerGroupMetadata. */

import { array, defineRecord, int32, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ConsumerGroupPartitionMetadataRecord = defineRecord({
  type: 4,
  name: 'ConsumerGroupPartitionMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    topics: array({
      topicId: uuid({ entity: 'topicId', identifies: 'topicName' }),
      topicName: string(),
      numPartitions: int32(),
      partitionMetadata: array({ partition: int32(), racks: array(string()) }),
    }),
  },
})

export interface ConsumerGroupPartitionMetadataKey extends RecordKeyOf<typeof ConsumerGroupPartitionMetadataRecord> {}
export interface ConsumerGroupPartitionMetadataValue
  extends RecordValueOf<typeof ConsumerGroupPartitionMetadataRecord> {}
