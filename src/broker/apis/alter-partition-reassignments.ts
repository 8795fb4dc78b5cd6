/**
 * AlterPartitionReassignments (45) moves replicas, or stops moving them (KIP-455). v1: may be kept from changing how many
 * there are (KIP-860).
 */
import { AlterPartitionReassignments } from '../../protocol/messages/alter-partition-reassignments'
import { defineHandler } from '../broker'

export const alterPartitionReassignments = defineHandler({
  api: AlterPartitionReassignments,
  serves: '0-1',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ topics }, errorCode, errorMessage) => ({
    allowReplicationFactorChange: true,
    errorCode,
    errorMessage,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, errorMessage })),
    })),
  }),

  async handle(broker, _call, { topics, allowReplicationFactorChange }) {
    const responses = await broker.metadata.reassign(topics, allowReplicationFactorChange)
    return {
      allowReplicationFactorChange: topics.length === 0 || allowReplicationFactorChange,
      errorCode: 0,
      // Kafka has a text for nothing, and it is empty.
      errorMessage: topics.length === 0 ? '' : null,
      responses,
    }
  },
})
