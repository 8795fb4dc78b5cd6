/**
 * DescribeQuorum (55): leader, voters and observers of the metadata quorum (KIP-595).
 *
 * v1: tells lastFetchTimestamp, lastCaughtUpTimestamp, lastFetchTimestamp, lastCaughtUpTimestamp; KIP-836.
 * v2: tells errorMessage, errorMessage, replicaDirectoryId, replicaDirectoryId, nodes; KIP-853.
 */

import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  string,
  uint16,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

const replicaState = {
  replicaId: int32({ entity: 'brokerId' }),
  replicaDirectoryId: uuid({ versions: '2+' }),
  logEndOffset: int64(),
  lastFetchTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
  lastCaughtUpTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
}

export const DescribeQuorum = defineApi({
  key: 55,
  name: 'DescribeQuorum',
  versions: '0-2',
  flexible: '0+',
  request: {
    topics: array({ topicName: string({ entity: 'topicName' }), partitions: array({ partitionIndex: int32() }) }),
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
    topics: array({
      topicName: string({ entity: 'topicName' }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
        leaderId: int32({ entity: 'brokerId' }),
        leaderEpoch: int32(),
        highWatermark: int64(),
        currentVoters: array(replicaState),
        observers: array(replicaState),
      }),
    }),
    nodes: array(
      { nodeId: int32({ entity: 'brokerId' }), listeners: array({ name: string(), host: string(), port: uint16() }) },
      { versions: '2+' },
    ),
  },
})

export interface DescribeQuorumRequest extends RequestOf<typeof DescribeQuorum> {}
export interface DescribeQuorumResponse extends ResponseOf<typeof DescribeQuorum> {}
export interface DescribeQuorumReply extends ResponseDraft<typeof DescribeQuorum> {}
