/** ListPartitionReassignments (46): moves of replicas that are under way (KIP-455). */

import { array, defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const ListPartitionReassignments = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0',
  flexible: '0+',
  request: {
    timeoutMs: int32({ default: 60000 }),
    topics: array(
      { name: string({ entity: 'topicName' }), partitionIndexes: array(int32()) },
      { nullable: '0+', default: null },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    topics: array({
      name: string({ entity: 'topicName' }),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32({ entity: 'brokerId' })),
        addingReplicas: array(int32({ entity: 'brokerId' })),
        removingReplicas: array(int32({ entity: 'brokerId' })),
      }),
    }),
  },
})

export interface ListPartitionReassignmentsRequest extends RequestOf<typeof ListPartitionReassignments> {}
export interface ListPartitionReassignmentsResponse extends ResponseOf<typeof ListPartitionReassignments> {}
export interface ListPartitionReassignmentsReply extends ResponseDraft<typeof ListPartitionReassignments> {}
