/** ReadShareGroupState (84): a share partition leader reads its state (KIP-932). */

import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  int8,
  string,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const ReadShareGroupState = defineApi({
  key: 84,
  name: 'ReadShareGroupState',
  versions: '0',
  flexible: '0+',
  request: {
    groupId: string({ entity: 'groupId' }),
    topics: array({
      topicId: uuid({ entity: 'topicId' }),
      partitions: array({ partition: int32(), leaderEpoch: int32() }),
    }),
  },
  response: {
    results: array({
      topicId: uuid({ entity: 'topicId' }),
      partitions: array({
        partition: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
        stateEpoch: int32(),
        startOffset: int64(),
        stateBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          deliveryState: int8(),
          deliveryCount: int16(),
        }),
      }),
    }),
  },
})

export interface ReadShareGroupStateRequest extends RequestOf<typeof ReadShareGroupState> {}
export interface ReadShareGroupStateResponse extends ResponseOf<typeof ReadShareGroupState> {}
export interface ReadShareGroupStateReply extends ResponseDraft<typeof ReadShareGroupState> {}
