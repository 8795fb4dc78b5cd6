/** Replies of the classic protocol, in the form of the newest versions. */
import { errors, type ErrorName } from '../../../protocol/errors'
import type { JoinGroupReply } from '../../../protocol/messages/join-group'
import type { SyncGroupReply } from '../../../protocol/messages/sync-group'

export type JoinReply = Required<Omit<JoinGroupReply, 'throttleTimeMs'>>
export type SyncReply = Required<Omit<SyncGroupReply, 'throttleTimeMs'>>

export function refusedJoin(memberId: string, error: ErrorName): JoinReply {
  return {
    errorCode: errors[error].code,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId,
    members: [],
  }
}

export function refusedSync(error: ErrorName): SyncReply {
  return { errorCode: errors[error].code, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) }
}
