/** The group coordinator over the partitions of `__consumer_offsets` that this node leads. */
import { groupMetadataTopic, keyedPartitions } from '../../metadata/topics/internal-topics'
import type { Metadata } from '../../metadata/metadata'
import type { BrokerPartitions } from '../../partition/broker-partitions'
import { PartitionRecordLog } from '../../partition/record-log'
import type { Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import type { Random } from '../../platform/random'
import { leadingChange, orNotCoordinator } from '../leading'
import { Groups } from './groups'
import { groupSettingsOf } from './settings'

export interface GroupsPlatform {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly logger: Logger
}

export interface GroupsNeighbours {
  readonly brokerId: number
  readonly metadata: Metadata
  readonly partitions: BrokerPartitions
}

/** Call it after the directory has begun to follow the metadata: a partition must be there before it is looked for. */
export function openGroups(platform: GroupsPlatform, { brokerId, metadata, partitions }: GroupsNeighbours): Groups {
  const compression = (): number => metadata.configs.broker().offsetsTopicCompressionCodec
  const groups = new Groups({
    ...platform,
    settings: () =>
      groupSettingsOf(metadata.configs.broker(), metadata.configs.topic(groupMetadataTopic).maxMessageBytes),
    partitionCount: () => keyedPartitions(metadata.image.topic(groupMetadataTopic)),
    topicExists: id => metadata.image.topicById(id) !== null,
    open(index) {
      const partition = orNotCoordinator(() => partitions.led(groupMetadataTopic, index))
      return new PartitionRecordLog(partition, platform.clock, platform.timers, compression)
    },
  })
  const loadAll = (): void => {
    groups.loadAll().catch((error: unknown) => platform.logger.error('groups.load.failed', { error: String(error) }))
  }
  metadata.onChange(async (_image, _previous, change) => {
    const { lost, gained } = leadingChange(change, groupMetadataTopic, brokerId)
    for (const index of lost) groups.resign(index)
    if (gained.length > 0) platform.timers.after(0, loadAll)
    const { deleted } = change
    if (deleted.length === 0) return
    if (deleted.some(({ name }) => name === groupMetadataTopic)) groups.resignAll()
    await groups.topicsDeleted(deleted)
  })
  // Members have their session timeouts to be heard of again, whether or not anybody asks for their group.
  platform.timers.after(0, loadAll)
  return groups
}
