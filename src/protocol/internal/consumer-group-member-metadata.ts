/** What a member of a consumer group subscribes to (KIP-848). */

import { array, bytes, defineRecord, int32, string, struct, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ConsumerGroupMemberMetadataRecord = defineRecord({
  type: 5,
  name: 'ConsumerGroupMemberMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: {
    instanceId: string({ nullable: '0+' }),
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullable: '0+' }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: '0+' }),
    classicMemberMetadata: struct(
      { sessionTimeoutMs: int32(), supportedProtocols: array({ name: string(), metadata: bytes() }) },
      { nullable: '0+', tagged: '0+', tag: 0 },
    ),
  },
})

export interface ConsumerGroupMemberMetadataKey extends RecordKeyOf<typeof ConsumerGroupMemberMetadataRecord> {}
export interface ConsumerGroupMemberMetadataValue extends RecordValueOf<typeof ConsumerGroupMemberMetadataRecord> {}
