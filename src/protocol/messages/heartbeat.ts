/**
 * Heartbeat (12): a member of a classic group says that it lives, and learns of a rebalance.
 *
 * v1: tells throttleTimeMs.
 * v3: asks with groupInstanceId; static members (KIP-345).
 * v4: flexible encoding.
 */

import { defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const Heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: '4+',
  request: {
    groupId: string({ entity: 'groupId' }),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
  },
  response: { throttleTimeMs: int32({ versions: '1+', ignorable: true }), errorCode: int16() },
})

export interface HeartbeatRequest extends RequestOf<typeof Heartbeat> {}
export interface HeartbeatResponse extends ResponseOf<typeof Heartbeat> {}
export interface HeartbeatReply extends ResponseDraft<typeof Heartbeat> {}
