/**
 * OffsetForLeaderEpoch (23) says where a leader epoch ended, so that a client or follower can see that its log was cut
 * (KIP-101, KIP-279, KIP-320). v1: epoch in the reply; v2: current leader epoch; v3: replica id; v4: flexible.
 */
import type { Call } from '../../call/call'
import { outcomeNow, Refusal } from '../../protocol/errors'
import { OffsetForLeaderEpoch } from '../../protocol/messages/offset-for-leader-epoch'
import { type Broker, defineHandler } from '../broker'

export const offsetForLeaderEpoch = defineHandler({
  api: OffsetForLeaderEpoch,
  serves: '0-4',
  access: [
    { own: 'cluster', may: 'CLUSTER_ACTION' },
    { own: 'topic', may: 'DESCRIBE' },
  ],
  entries: {
    request: 'topics',
    response: 'topics',
    refuse: ({ topic, partitions }, errorCode) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode, leaderEpoch: -1, endOffset: -1 })),
    }),
  },

  handle: (broker, call, { topics }) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) => {
        const { errorCode, value: found } = outcomeNow(
          () => {
            if (!mayDescribe(broker, call, topic)) throw new Refusal('TOPIC_AUTHORIZATION_FAILED')
            return broker.partitions.led(topic, index, currentLeaderEpoch).epochs.endOf(leaderEpoch)
          },
          { epoch: -1, endOffset: -1 },
        )
        return { partition: index, errorCode, leaderEpoch: found.epoch, endOffset: found.endOffset }
      }),
    })),
  }),
})

/** Asked by followers first, and by consumers since KIP-320. */
const mayDescribe = ({ access }: Broker, call: Call, topic: string): boolean =>
  access.wouldAllowOnCluster(call, 'CLUSTER_ACTION') || access.isAllowed(call, 'DESCRIBE', 'topic', topic)
