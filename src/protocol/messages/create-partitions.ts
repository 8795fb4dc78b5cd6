/**
 * CreatePartitions (37): raises the partition count of topics (KIP-195).
 *
 * v2: flexible encoding.
 * v3: THROTTLING_QUOTA_EXCEEDED (KIP-599).
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const CreatePartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: '2+',
  request: {
    topics: array({
      name: string({ entity: 'topicName' }),
      count: int32(),
      assignments: array({ brokerIds: array(int32({ entity: 'brokerId' })) }, { nullable: '0+' }),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      name: string({ entity: 'topicName' }),
      errorCode: int16(),
      errorMessage: string({ nullable: '0+', default: null }),
    }),
  },
})

export interface CreatePartitionsRequest extends RequestOf<typeof CreatePartitions> {}
export interface CreatePartitionsResponse extends ResponseOf<typeof CreatePartitions> {}
export interface CreatePartitionsReply extends ResponseDraft<typeof CreatePartitions> {}
