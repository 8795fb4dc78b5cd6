/**
 * DescribeGroups (15): state and members of classic groups.
 *
 * v1: tells throttleTimeMs.
 * v3: asks with includeAuthorizedOperations; tells authorizedOperations; KIP-430.
 * v4: tells groupInstanceId; static members (KIP-345).
 * v5: flexible encoding.
 * v6: tells errorMessage; GROUP_ID_NOT_FOUND (KIP-1043).
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

export const DescribeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexible: '5+',
  request: { groups: array(string({ entity: 'groupId' })), includeAuthorizedOperations: bool({ versions: '3+' }) },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ versions: '6+', nullable: '6+', default: null }),
      groupId: string({ entity: 'groupId' }),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string({ versions: '4+', nullable: '4+', default: null, ignorable: true }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ versions: '3+', default: -2147483648 }),
    }),
  },
})

export interface DescribeGroupsRequest extends RequestOf<typeof DescribeGroups> {}
export interface DescribeGroupsResponse extends ResponseOf<typeof DescribeGroups> {}
export interface DescribeGroupsReply extends ResponseDraft<typeof DescribeGroups> {}
