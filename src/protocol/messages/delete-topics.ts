/**
 * DeleteTopics (20): deletes topics by name or by id.
 *
 * v1: tells throttleTimeMs.
 * v4: flexible encoding.
 * v5: tells errorMessage; THROTTLING_QUOTA_EXCEEDED (KIP-599).
 * v6: asks with topics; tells topicId; topics by id (KIP-516).
 */

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

export const DeleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: '0-6',
  flexible: '4+',
  request: {
    topics: array(
      {
        name: string({ nullable: '6+', default: null, entity: 'topicName' }),
        topicId: uuid({ entity: 'topicId', identifies: 'name' }),
      },
      { versions: '6+' },
    ),
    topicNames: array(string({ entity: 'topicName' }), { versions: '0-5', ignorable: true }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    responses: array({
      name: string({ nullable: '6+', entity: 'topicName' }),
      topicId: uuid({ versions: '6+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      errorCode: int16(),
      errorMessage: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    }),
  },
})

export interface DeleteTopicsRequest extends RequestOf<typeof DeleteTopics> {}
export interface DeleteTopicsResponse extends ResponseOf<typeof DeleteTopics> {}
export interface DeleteTopicsReply extends ResponseDraft<typeof DeleteTopics> {}
