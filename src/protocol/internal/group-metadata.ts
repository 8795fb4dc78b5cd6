/** One generation of a classic group with its members, in __consumer_offsets. */

import { array, bytes, defineRecord, int32, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

const memberMetadata = {
  memberId: string(),
  groupInstanceId: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
  clientId: string(),
  clientHost: string(),
  rebalanceTimeout: int32({ versions: '1+', default: -1, ignorable: true }),
  sessionTimeout: int32(),
  subscription: bytes(),
  assignment: bytes(),
}

export const GroupMetadataRecord = defineRecord({
  type: 2,
  name: 'GroupMetadata',
  versions: '0-4',
  flexible: '4+',
  key: { group: string() },
  value: {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: '0+' }),
    leader: string({ nullable: '0+' }),
    currentStateTimestamp: int64({ versions: '2+', default: -1, ignorable: true }),
    members: array(memberMetadata),
  },
})

export interface GroupMetadataKey extends RecordKeyOf<typeof GroupMetadataRecord> {}
export interface GroupMetadataValue extends RecordValueOf<typeof GroupMetadataRecord> {}
