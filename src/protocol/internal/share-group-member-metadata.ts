/** What a member of a share group subscribes to (KIP-932). */

import { array, defineRecord, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ShareGroupMemberMetadataRecord = defineRecord({
  type: 10,
  name: 'ShareGroupMemberMetadata',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), memberId: string() },
  value: {
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
  },
})

export interface ShareGroupMemberMetadataKey extends RecordKeyOf<typeof ShareGroupMemberMetadataRecord> {}
export interface ShareGroupMemberMetadataValue extends RecordValueOf<typeof ShareGroupMemberMetadataRecord> {}
