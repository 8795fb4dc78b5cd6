/** Decisions about logs that are on the disk already: topics that another broker wrote, and epochs that logs know of. */
import type { ConfigTexts } from './config-layers'
import type { Configs } from './configs'
import { createOperations } from './create-topics'
import type { Decision } from './decision'
import { internalTopicPlan } from './internal-topics'
import type { LiveImage } from './live-image'
import { newPartition } from './placement'
import type { StoreOperation } from './store'
import { storeKeys, type StoredPartition } from './stored'

export interface AdoptedTopic {
  readonly name: string
  /** 32 hex digits. */
  readonly topicId: string
  readonly partitions: number
}

/** Registers topics under the ids that they have, led by this broker. An internal one gets the configs Kafka gives it. */
export function decideAdopt(image: LiveImage, configs: Configs, topics: readonly AdoptedTopic[]): Decision<void> {
  const operations: StoreOperation[] = []
  for (const { name, topicId, partitions } of topics) {
    if (image.topic(name) || image.topicById(topicId)) continue
    const plan = internalTopicPlan(name, configs.broker())
    const overrides: ConfigTexts = new Map(plan?.configs ?? [])
    const led = Array.from({ length: partitions }, () => newPartition([configs.brokerId]))
    operations.push(...createOperations(topicId, name, led, overrides))
  }
  return { if: [], do: operations, reply: undefined }
}

export interface KnownEpoch {
  readonly topicId: string
  readonly index: number
  /** The newest leader epoch in the log. */
  readonly epoch: number
}

/** An epoch may not be given out twice, so where a log knows of a newer one than the metadata, the next one is taken. */
export function decideRaiseEpochs(image: LiveImage, known: readonly KnownEpoch[]): Decision<void> {
  const operations: StoreOperation[] = []
  for (const { topicId, index, epoch } of known) {
    const partition = image.topicById(topicId)?.partitions[index]
    if (!partition || partition.leaderEpoch >= epoch) continue
    const { index: _index, ...stored } = partition
    const raised: StoredPartition = { ...stored, leaderEpoch: epoch + 1, partitionEpoch: stored.partitionEpoch + 1 }
    operations.push({ put: storeKeys.partition(topicId, index), value: JSON.stringify(raised) })
  }
  return { if: [], do: operations, reply: undefined }
}
