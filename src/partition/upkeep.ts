/** What partitions need now and then: retention, and forgetting producers that have gone. */
import type { Cancel, Clock, Timers } from '../platform/clock'
import type { Logger } from '../platform/logger'
import { StorageFault } from '../storage/fault'
import type { PartitionDirectory } from './directory'
import type { Partition } from './partition'

export interface UpkeepOptions {
  readonly directory: PartitionDirectory
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  /** `log.retention.check.interval.ms`. */
  checkIntervalMs(): number
  /** `log.initial.task.delay.ms`: how long after the start the first round comes. */
  readonly initialDelayMs: number
  retention(topic: string): { readonly retentionMs: number; readonly retentionBytes: number; readonly deletes: boolean }
  /** `producer.id.expiration.ms`. */
  producerExpiryMs(): number
}

/** Begins the rounds; the result stops them and waits for the one under way. */
export function startUpkeep(options: UpkeepOptions): () => Promise<void> {
  let cancel: Cancel = () => {}
  let isStopped = false
  let running = Promise.resolve()
  const arm = (delayMs: number) => {
    cancel = options.timers.after(delayMs, () => {
      running = round(options, () => isStopped).then(() => {
        if (!isStopped) arm(options.checkIntervalMs())
      })
    })
  }
  arm(options.initialDelayMs)
  return async () => {
    isStopped = true
    cancel()
    await running
  }
}

async function round(options: UpkeepOptions, isStopped: () => boolean): Promise<void> {
  const nowMs = options.clock.now()
  for (const partition of options.directory.all()) {
    if (isStopped()) return
    const beforeMs = nowMs - options.producerExpiryMs()
    partition.producers.expire(beforeMs)
    partition.verifications.expire(beforeMs)
    await sweepOne(options, partition, nowMs)
  }
}

async function sweepOne({ logger, retention }: UpkeepOptions, partition: Partition, nowMs: number): Promise<void> {
  const { topic, index } = partition
  try {
    const freedBytes = await partition.log.sweep({ ...retention(topic), upTo: partition.highWatermark }, nowMs)
    if (freedBytes > 0) logger.info('retention', { topic, partition: index, freedBytes })
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error
    logger.error('retention-failed', { topic, partition: index, why: error.message })
  }
}
