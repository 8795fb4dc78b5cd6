/**
 * CreateTopics (19): creates topics by partition count or by replica assignment.
 *
 * v1: asks with validateOnly; tells errorMessage.
 * v2: tells throttleTimeMs.
 * v4: broker defaults for -1 (KIP-464).
 * v5: tells topicConfigErrorCode, numPartitions, replicationFactor, configs; flexible encoding; KIP-525.
 * v6: THROTTLING_QUOTA_EXCEEDED (KIP-599).
 * v7: tells topicId; KIP-516.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  string,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const CreateTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: '0-7',
  flexible: '5+',
  request: {
    topics: array({
      name: string({ entity: 'topicName' }),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({ partitionIndex: int32(), brokerIds: array(int32({ entity: 'brokerId' })) }),
      configs: array({ name: string(), value: string({ nullable: '0+' }) }),
    }),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool({ versions: '1+', default: false }),
  },
  response: {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array({
      name: string({ entity: 'topicName' }),
      topicId: uuid({ versions: '7+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      errorCode: int16(),
      errorMessage: string({ versions: '1+', nullable: '0+', ignorable: true }),
      topicConfigErrorCode: int16({ versions: '5+', tagged: '5+', tag: 0, ignorable: true }),
      numPartitions: int32({ versions: '5+', default: -1, ignorable: true }),
      replicationFactor: int16({ versions: '5+', default: -1, ignorable: true }),
      configs: array(
        {
          name: string(),
          value: string({ nullable: '5+' }),
          readOnly: bool(),
          configSource: int8({ default: -1, ignorable: true }),
          isSensitive: bool(),
        },
        { versions: '5+', nullable: '5+', ignorable: true },
      ),
    }),
  },
})

export interface CreateTopicsRequest extends RequestOf<typeof CreateTopics> {}
export interface CreateTopicsResponse extends ResponseOf<typeof CreateTopics> {}
export interface CreateTopicsReply extends ResponseDraft<typeof CreateTopics> {}
