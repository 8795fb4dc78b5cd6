/**
 * WriteTxnMarkers (27): a transaction coordinator, or an administrator who ends a transaction that hangs, writes markers into
 * partitions (KIP-98, KIP-664). v1: flexible; v2: transaction version (KIP-1228).
 */
import type { EndOfTransaction } from '../../machine/record-log'
import { groupMetadataTopic } from '../../metadata/topics/internal-topics'
import { Refusal } from '../../protocol/errors'
import { WriteTxnMarkers } from '../../protocol/messages/write-txn-markers'
import { type Broker, defineHandler } from '../broker'
import { ByTopic } from '../topics'

export const writeTxnMarkers = defineHandler({
  api: WriteTxnMarkers,
  serves: '0-2',
  access: [{ one: 'cluster', may: ['ALTER', 'CLUSTER_ACTION'], named: () => 'kafka-cluster' }],
  refuseAll: ({ markers }, errorCode) => {
    const replies = new Map<number, ByTopic<Written>>()
    // Of two for the same producer the later one is answered, and the other not at all.
    for (const { producerId, topics } of markers) {
      const ofProducer = new ByTopic<Written>()
      replies.set(producerId, ofProducer)
      for (const { name, partitionIndexes } of topics) {
        for (const partitionIndex of partitionIndexes) {
          ofProducer.set(name, '', partitionIndex, { partitionIndex, errorCode })
        }
      }
    }
    return answered(replies)
  },

  async handle(broker, _call, request) {
    const replies = new Map<number, ByTopic<Written>>()
    // One after the other: of two for the same producer and partition the later one is answered.
    for (const { topics, transactionResult: commit, ...marker } of request.markers) {
      const { producerId } = marker
      for (const { name, partitionIndexes } of topics) {
        for (const index of partitionIndexes) {
          const written = await write(broker, name, index, { ...marker, commit })
          const ofProducer = replies.get(producerId) ?? new ByTopic<Written>()
          replies.set(producerId, ofProducer)
          ofProducer.set(name, '', index, written)
        }
      }
    }
    return answered(replies)
  },
})

const answered = (replies: ReadonlyMap<number, ByTopic<Written>>) => ({
  markers: Array.from(replies, ([producerId, ofProducer]) => ({
    producerId,
    topics: ofProducer.topics((name, _topicId, partitions) => ({ name, partitions })),
  })),
})

/** Kafka stumbles over what cannot be, and refuses the whole request; what it has written by then stays. */
class Impossible extends Refusal {
  constructor() {
    super('UNKNOWN_SERVER_ERROR', 'A marker of no producer, or of none of its epochs')
  }
}

interface Written {
  readonly partitionIndex: number
  readonly errorCode: number
}

async function write(
  broker: Broker,
  topic: string,
  partitionIndex: number,
  marker: EndOfTransaction,
): Promise<Written> {
  try {
    const partition = broker.partitions.led(topic, partitionIndex)
    if (marker.producerId < 0 || marker.producerEpoch < 0 || marker.transactionVersion < 0) throw new Impossible()
    if (topic === groupMetadataTopic) await broker.groups.endTransaction(partitionIndex, marker)
    else await partition.durable(partition.appendMarker(marker, broker.clock.now()))
    return { partitionIndex, errorCode: 0 }
  } catch (error) {
    if (error instanceof Refusal && !(error instanceof Impossible)) return { partitionIndex, errorCode: error.code }
    throw error
  }
}
