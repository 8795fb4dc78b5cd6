/** What a consumer was assigned: the assignment of protocol type `consumer` in SyncGroup. A version (int16) stands before it. */

import { array, bytes, defineShape, int32, string, type MessageOf } from '../schema'

export const ConsumerProtocolAssignment = defineShape({
  name: 'ConsumerProtocolAssignment',
  versions: '0-3',
  flexible: 'none',
  fields: {
    assignedPartitions: array({ topic: string({ entity: 'topicName' }), partitions: array(int32()) }),
    userData: bytes({ nullable: '0+', default: null }),
  },
})

export interface ConsumerProtocolAssignmentMessage extends MessageOf<typeof ConsumerProtocolAssignment> {}
