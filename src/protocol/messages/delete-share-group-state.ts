/** DeleteShareGroupState (86): a group coordinator drops the state of share partitions (KIP-932). */

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

export const DeleteShareGroupState = defineApi({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: '0',
  flexible: '0+',
  request: {
    groupId: string({ entity: 'groupId' }),
    topics: array({ topicId: uuid({ entity: 'topicId' }), partitions: array({ partition: int32() }) }),
  },
  response: {
    results: array({
      topicId: uuid({ entity: 'topicId' }),
      partitions: array({
        partition: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
      }),
    }),
  },
})

export interface DeleteShareGroupStateRequest extends RequestOf<typeof DeleteShareGroupState> {}
export interface DeleteShareGroupStateResponse extends ResponseOf<typeof DeleteShareGroupState> {}
export interface DeleteShareGroupStateReply extends ResponseDraft<typeof DeleteShareGroupState> {}
