/**
 * LeaveGroup (13): members leave a classic group at once rather than by time-out.
 *
 * v1: tells throttleTimeMs.
 * v3: asks with members; tells members; many members at once (KIP-345).
 * v4: flexible encoding.
 * v5: KIP-800.
 */

import { array, defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const LeaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: '4+',
  request: {
    groupId: string({ entity: 'groupId' }),
    memberId: string({ versions: '0-2' }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: '3+', default: null }),
        reason: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      },
      { versions: '3+' },
    ),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    members: array(
      { memberId: string(), groupInstanceId: string({ nullable: '3+' }), errorCode: int16() },
      { versions: '3+' },
    ),
  },
})

export interface LeaveGroupRequest extends RequestOf<typeof LeaveGroup> {}
export interface LeaveGroupResponse extends ResponseOf<typeof LeaveGroup> {}
export interface LeaveGroupReply extends ResponseDraft<typeof LeaveGroup> {}
