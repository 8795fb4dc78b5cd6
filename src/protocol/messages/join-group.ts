/**
 * JoinGroup (11): a member of a classic group joins, or rejoins for the next generation; answered when all have.
 *
 * v1: asks with rebalanceTimeoutMs; KIP-62.
 * v2: tells throttleTimeMs.
 * v4: new members are told their id first (KIP-394).
 * v5: asks with groupInstanceId; tells groupInstanceId; static members (KIP-345).
 * v6: flexible encoding.
 * v7: tells protocolType; KIP-559.
 * v8: asks with reason; KIP-800.
 * v9: tells skipAssignment; KIP-814.
 */

import {
  array,
  bool,
  bytes,
  defineApi,
  int16,
  int32,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const JoinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: '6+',
  request: {
    groupId: string({ entity: 'groupId' }),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ versions: '1+', default: -1, ignorable: true }),
    memberId: string(),
    groupInstanceId: string({ versions: '5+', nullable: '5+', default: null }),
    protocolType: string(),
    protocols: array({ name: string(), metadata: bytes() }),
    reason: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ versions: '7+', nullable: '7+', default: null, ignorable: true }),
    protocolName: string({ nullable: '7+' }),
    leader: string(),
    skipAssignment: bool({ versions: '9+', default: false }),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      metadata: bytes(),
    }),
  },
})

export interface JoinGroupRequest extends RequestOf<typeof JoinGroup> {}
export interface JoinGroupResponse extends ResponseOf<typeof JoinGroup> {}
export interface JoinGroupReply extends ResponseDraft<typeof JoinGroup> {}
