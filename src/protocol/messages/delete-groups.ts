/**
 * DeleteGroups (42): deletes empty groups with their offsets (KIP-229).
 *
 * v2: flexible encoding.
 * v3: tells errorMessage.
 */

import { array, defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const DeleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-3',
  flexible: '2+',
  request: { groupsNames: array(string({ entity: 'groupId' })) },
  response: {
    throttleTimeMs: int32(),
    results: array({
      groupId: string({ entity: 'groupId' }),
      errorCode: int16(),
      errorMessage: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
    }),
  },
})

export interface DeleteGroupsRequest extends RequestOf<typeof DeleteGroups> {}
export interface DeleteGroupsResponse extends ResponseOf<typeof DeleteGroups> {}
export interface DeleteGroupsReply extends ResponseDraft<typeof DeleteGroups> {}
