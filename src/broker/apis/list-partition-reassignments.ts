/** ListPartitionReassignments (46): replicas that are being moved (KIP-455). On one node there is nowhere to move them. */
import { ListPartitionReassignments } from '../../protocol/messages/list-partition-reassignments'
import { defineHandler } from '../broker'

export const listPartitionReassignments = defineHandler({
  api: ListPartitionReassignments,
  serves: '0',
  access: [{ one: 'cluster', may: 'DESCRIBE', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, topics: [] }),

  handle: () => ({ errorCode: 0, errorMessage: null, topics: [] }),
})
