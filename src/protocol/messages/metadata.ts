/**
 * Metadata (3): brokers, the controller, and topics with partitions, leaders and replicas.
 *
 * v1: tells rack, controllerId, isInternal.
 * v2: tells clusterId.
 * v3: tells throttleTimeMs.
 * v4: asks with allowAutoTopicCreation.
 * v5: tells offlineReplicas.
 * v7: tells leaderEpoch; KIP-320.
 * v8: asks with includeClusterAuthorizedOperations, includeTopicAuthorizedOperations; tells topicAuthorizedOperations, clusterAuthorizedOperations; KIP-430.
 * v9: flexible encoding.
 * v10: asks with topicId; tells topicId; KIP-516.
 * v11: cluster operations moved to DescribeCluster (KIP-700).
 * v12: topics by id (KIP-516).
 * v13: tells errorCode; KIP-1102.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  string,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const Metadata = defineApi({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: '9+',
  request: {
    topics: array(
      {
        topicId: uuid({ versions: '10+', ignorable: true, entity: 'topicId', identifies: 'name' }),
        name: string({ nullable: '10+', entity: 'topicName' }),
      },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool({ versions: '4+', default: true }),
    includeClusterAuthorizedOperations: bool({ versions: '8-10' }),
    includeTopicAuthorizedOperations: bool({ versions: '8+' }),
  },
  response: {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    brokers: array({
      nodeId: int32({ entity: 'brokerId' }),
      host: string(),
      port: int32(),
      rack: string({ versions: '1+', nullable: '1+', default: null, ignorable: true }),
    }),
    clusterId: string({ versions: '2+', nullable: '2+', default: null, ignorable: true }),
    controllerId: int32({ versions: '1+', default: -1, ignorable: true, entity: 'brokerId' }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: '12+', entity: 'topicName' }),
      topicId: uuid({ versions: '10+', ignorable: true, entity: 'topicId', identifies: 'name' }),
      isInternal: bool({ versions: '1+', default: false, ignorable: true }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32({ entity: 'brokerId' }),
        leaderEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
        replicaNodes: array(int32({ entity: 'brokerId' })),
        isrNodes: array(int32({ entity: 'brokerId' })),
        offlineReplicas: array(int32({ entity: 'brokerId' }), { versions: '5+', ignorable: true }),
      }),
      topicAuthorizedOperations: int32({ versions: '8+', default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32({ versions: '8-10', default: -2147483648 }),
    errorCode: int16({ versions: '13+', ignorable: true }),
  },
})

export interface MetadataRequest extends RequestOf<typeof Metadata> {}
export interface MetadataResponse extends ResponseOf<typeof Metadata> {}
export interface MetadataReply extends ResponseDraft<typeof Metadata> {}
