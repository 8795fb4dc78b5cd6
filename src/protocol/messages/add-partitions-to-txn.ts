/**
 * AddPartitionsToTxn (24): adds partitions to transactions.
 *
 * v2: PRODUCER_FENCED (KIP-588).
 * v3: flexible encoding.
 * v4: asks with transactions; tells errorCode, resultsByTransaction; many transactions at once, from brokers (KIP-890).
 * v5: TRANSACTION_ABORTABLE (KIP-890).
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

const addPartitionsToTxnTopic = { name: string({ entity: 'topicName' }), partitions: array(int32()) }

const addPartitionsToTxnPartitionResult = { partitionIndex: int32(), partitionErrorCode: int16() }

const addPartitionsToTxnTopicResult = {
  name: string({ entity: 'topicName' }),
  resultsByPartition: array(addPartitionsToTxnPartitionResult),
}

export const AddPartitionsToTxn = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: '3+',
  request: {
    transactions: array(
      {
        transactionalId: string({ entity: 'transactionalId' }),
        producerId: int64({ entity: 'producerId' }),
        producerEpoch: int16(),
        verifyOnly: bool({ default: false }),
        topics: array(addPartitionsToTxnTopic),
      },
      { versions: '4+' },
    ),
    v3AndBelowTransactionalId: string({ versions: '0-3', entity: 'transactionalId' }),
    v3AndBelowProducerId: int64({ versions: '0-3', entity: 'producerId' }),
    v3AndBelowProducerEpoch: int16({ versions: '0-3' }),
    v3AndBelowTopics: array(addPartitionsToTxnTopic, { versions: '0-3' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '4+', ignorable: true }),
    resultsByTransaction: array(
      { transactionalId: string({ entity: 'transactionalId' }), topicResults: array(addPartitionsToTxnTopicResult) },
      { versions: '4+' },
    ),
    resultsByTopicV3AndBelow: array(addPartitionsToTxnTopicResult, { versions: '0-3' }),
  },
})

export interface AddPartitionsToTxnRequest extends RequestOf<typeof AddPartitionsToTxn> {}
export interface AddPartitionsToTxnResponse extends ResponseOf<typeof AddPartitionsToTxn> {}
export interface AddPartitionsToTxnReply extends ResponseDraft<typeof AddPartitionsToTxn> {}
