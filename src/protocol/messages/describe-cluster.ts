/**
 * DescribeCluster (60): cluster id, controller and brokers (KIP-700).
 *
 * v1: asks with endpointType; tells endpointType; KIP-919.
 * v2: asks with includeFencedBrokers; tells isFenced; KIP-1073.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const DescribeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: '0-2',
  flexible: '0+',
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ versions: '1+', default: 1 }),
    includeFencedBrokers: bool({ versions: '2+' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    endpointType: int8({ versions: '1+', default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1, entity: 'brokerId' }),
    brokers: array({
      brokerId: int32({ entity: 'brokerId' }),
      host: string(),
      port: int32(),
      rack: string({ nullable: '0+', default: null }),
      isFenced: bool({ versions: '2+' }),
    }),
    clusterAuthorizedOperations: int32({ default: -2147483648 }),
  },
})

export interface DescribeClusterRequest extends RequestOf<typeof DescribeCluster> {}
export interface DescribeClusterResponse extends ResponseOf<typeof DescribeCluster> {}
export interface DescribeClusterReply extends ResponseDraft<typeof DescribeCluster> {}
