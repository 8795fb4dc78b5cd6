/**
 * ElectLeaders (43) gives partitions their preferred leader, or one that may lack records (KIP-183). v1: which of the two
 * (KIP-460); v2: flexible.
 */
import { errors } from '../../protocol/errors'
import { ElectLeaders } from '../../protocol/messages/elect-leaders'
import { defineHandler } from '../broker'

const electionTypes = { preferred: 0, unclean: 1 }

export const electLeaders = defineHandler({
  api: ElectLeaders,
  serves: '0-2',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ topicPartitions }, errorCode, errorMessage, { version }) => ({
    ...(version >= 1 ? { errorCode } : {}),
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(partitionId => ({ partitionId, errorCode, errorMessage })),
    })),
  }),

  async handle(broker, _call, { topicPartitions, electionType }) {
    if (electionType !== electionTypes.preferred && electionType !== electionTypes.unclean) {
      const { code: errorCode } = errors.INVALID_REQUEST
      const errorMessage = `Unknown election type ${electionType}`
      const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map(partitionId => ({ partitionId, errorCode, errorMessage })),
      }))
      return { errorCode: topicPartitions?.length === 0 ? 0 : errorCode, replicaElectionResults }
    }
    const elected = await broker.metadata.electLeaders(topicPartitions, electionType === electionTypes.unclean)
    const unavailable =
      errors[
        electionType === electionTypes.unclean ? 'ELIGIBLE_LEADERS_NOT_AVAILABLE' : 'PREFERRED_LEADER_NOT_AVAILABLE'
      ]
    const replicaElectionResults = elected.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(({ index, ...outcome }) =>
        // Where the disk has failed, nobody leads who could be found to lead already.
        outcome.errorCode === errors.ELECTION_NOT_NEEDED.code && broker.partitions.isOffline(topic, index)
          ? { partitionId: index, errorCode: unavailable.code, errorMessage: unavailable.says }
          : { partitionId: index, ...outcome },
      ),
    }))
    return { errorCode: 0, replicaElectionResults }
  },
})
