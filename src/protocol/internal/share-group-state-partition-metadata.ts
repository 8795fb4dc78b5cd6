/** Share partitions whose state is being created, exists, or is being deleted (KIP-932). */

import { array, defineRecord, int32, string, uuid, type RecordKeyOf, type RecordValueOf } from '../schema'

const topicPartitionsInfo = {
  topicId: uuid({ entity: 'topicId', identifies: 'topicName' }),
  topicName: string(),
  partitions: array(int32()),
}

const topicInfo = { topicId: uuid({ entity: 'topicId', identifies: 'topicName' }), topicName: string() }

export const ShareGroupStatePartitionMetadataRecord = defineRecord({
  type: 15,
  name: 'ShareGroupStatePartitionMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    initializingTopics: array(topicPartitionsInfo),
    initializedTopics: array(topicPartitionsInfo),
    deletingTopics: array(topicInfo),
  },
})

export interface ShareGroupStatePartitionMetadataKey
  extends RecordKeyOf<typeof ShareGroupStatePartitionMetadataRecord> {}
export interface ShareGroupStatePartitionMetadataValue
  extends RecordValueOf<typeof ShareGroupStatePartitionMetadataRecord> {}
