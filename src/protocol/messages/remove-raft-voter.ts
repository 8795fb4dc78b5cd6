/** RemoveRaftVoter (81): removes a voter from the metadata quorum (KIP-853). */

import { defineApi, int16, int32, string, uuid, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const RemoveRaftVoter = defineApi({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: '0',
  flexible: '0+',
  request: { clusterId: string({ nullable: '0+' }), voterId: int32(), voterDirectoryId: uuid() },
  response: { throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+', ignorable: true }) },
})

export interface RemoveRaftVoterRequest extends RequestOf<typeof RemoveRaftVoter> {}
export interface RemoveRaftVoterResponse extends ResponseOf<typeof RemoveRaftVoter> {}
export interface RemoveRaftVoterReply extends ResponseDraft<typeof RemoveRaftVoter> {}
