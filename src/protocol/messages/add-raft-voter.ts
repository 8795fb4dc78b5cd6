/**
 * AddRaftVoter (80): adds a voter to the metadata quorum (KIP-853).
 *
 * v1: asks with ackWhenCommitted.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  string,
  uint16,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const AddRaftVoter = defineApi({
  key: 80,
  name: 'AddRaftVoter',
  versions: '0-1',
  flexible: '0+',
  request: {
    clusterId: string({ nullable: '0+' }),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({ name: string(), host: string(), port: uint16() }),
    ackWhenCommitted: bool({ versions: '1+', default: true }),
  },
  response: { throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+', ignorable: true }) },
})

export interface AddRaftVoterRequest extends RequestOf<typeof AddRaftVoter> {}
export interface AddRaftVoterResponse extends ResponseOf<typeof AddRaftVoter> {}
export interface AddRaftVoterReply extends ResponseDraft<typeof AddRaftVoter> {}
