/** What a consumer subscribes to: the metadata of protocol type `consumer` in JoinGroup. A version (int16) stands before it. */

import { array, bytes, defineShape, int32, string, type MessageOf } from '../schema'

export const ConsumerProtocolSubscription = defineShape({
  name: 'ConsumerProtocolSubscription',
  versions: '0-3',
  flexible: 'none',
  fields: {
    topics: array(string()),
    userData: bytes({ nullable: '0+', default: null }),
    ownedPartitions: array(
      { topic: string({ entity: 'topicName' }), partitions: array(int32()) },
      { versions: '1+', ignorable: true },
    ),
    generationId: int32({ versions: '2+', default: -1, ignorable: true }),
    rackId: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
  },
})

export interface ConsumerProtocolSubscriptionMessage extends MessageOf<typeof ConsumerProtocolSubscription> {}
