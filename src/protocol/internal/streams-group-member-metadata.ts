/** A member of a streams group: its process, endpoint and tags (KIP-1071). */

import { array, defineRecord, int32, string, struct, uint16, type RecordKeyOf, type RecordValueOf } from '../schema'

const endpoint = { host: string(), port: uint16() }

const keyValue = { key: string(), value: string() }

export const StreamsGroupMemberMetadataRecord = defineRecord({
  type: 19,
  name: 'StreamsGroupMemberMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: {
    instanceId: string({ nullable: '0+' }),
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeoutMs: int32({ default: -1 }),
    topologyEpoch: int32(),
    processId: string(),
    userEndpoint: struct(endpoint, { nullable: '0+', default: null }),
    clientTags: array(keyValue),
  },
})

export interface StreamsGroupMemberMetadataKey extends RecordKeyOf<typeof StreamsGroupMemberMetadataRecord> {}
export interface StreamsGroupMemberMetadataValue extends RecordValueOf<typeof StreamsGroupMemberMetadataRecord> {}
