/** DeleteShareGroupOffsets (92): drops topics from an empty share group (KIP-932). */

import {
  array,
  defineApi,
  int16,
  int32,
  string,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const DeleteShareGroupOffsets = defineApi({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: '0',
  flexible: '0+',
  request: { groupId: string({ entity: 'groupId' }), topics: array({ topicName: string({ entity: 'topicName' }) }) },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    responses: array({
      topicName: string({ entity: 'topicName' }),
      topicId: uuid({ entity: 'topicId', identifies: 'topicName' }),
      errorCode: int16(),
      errorMessage: string({ nullable: '0+', default: null }),
    }),
  },
})

export interface DeleteShareGroupOffsetsRequest extends RequestOf<typeof DeleteShareGroupOffsets> {}
export interface DeleteShareGroupOffsetsResponse extends ResponseOf<typeof DeleteShareGroupOffsets> {}
export interface DeleteShareGroupOffsetsReply extends ResponseDraft<typeof DeleteShareGroupOffsets> {}
