/** The group coordinator over the partitions of `__consumer_offsets` that this node leads. */
import { groupMetadataTopic } from '../../metadata/internal-topics'
import type { Metadata } from '../../metadata/metadata'
import type { PartitionDirectory } from '../../partition/directory'
import { PartitionRecordLog } from '../../partition/record-log'
import type { Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import type { Random } from '../../platform/random'
import { Refusal } from '../../protocol/errors'
import { Groups } from './groups'
import { groupSettingsOf } from './settings'

export interface GroupsPlatform {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly logger: Logger
}

/** Call it after the directory has begun to follow the metadata: a partition must be there before it is looked for. */
export function openGroups(platform: GroupsPlatform, metadata: Metadata, partitions: PartitionDirectory): Groups {
  const compression = (): number => metadata.configs.broker().offsetsTopicCompressionCodec
  const groups = new Groups({
    ...platform,
    settings: () => groupSettingsOf(metadata.configs.broker()),
    partitionCount: () => metadata.image.topic(groupMetadataTopic)?.partitions.length ?? 0,
    topicExists: id => metadata.image.topicById(id) !== null,
    open(index) {
      const partition = partitions.find(groupMetadataTopic, index)
      if (!partition) throw new Refusal('NOT_COORDINATOR')
      return new PartitionRecordLog(partition, platform.clock, platform.timers, compression)
    },
  })
  metadata.onChange(async (_image, _previous, { deleted }) => {
    if (deleted.length === 0) return
    if (deleted.some(({ name }) => name === groupMetadataTopic)) groups.resignAll()
    await groups.topicsDeleted(deleted)
  })
  // Members have their session timeouts to be heard of again, whether or not anybody asks for their group.
  platform.timers.after(0, () => {
    groups.loadAll().catch((error: unknown) => platform.logger.error('groups.load.failed', { error: String(error) }))
  })
  return groups
}
