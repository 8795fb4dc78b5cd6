/**
 * Retention, for whoever is about to look at partitions: those that are compacted have it in the rounds of the cleaner, and never
 * while that is off; all others when it is time for it. Apache Kafka divides them so too.
 */
import type { Timers } from '../platform/clock'
import type { Logger } from '../platform/logger'
import { StorageFault } from '../storage/fault'
import type { SweepPolicy } from '../storage/log'
import type { Partition } from './partition'

export type TopicRetention = Omit<SweepPolicy, 'upTo'>

export interface RetentionOptions {
  readonly timers: Timers
  readonly logger: Logger
  retention(topic: string): TopicRetention
}

/** So many are looked at in one turn of the event loop. */
const perTurn = 100

/** Deletes what is too old, too much, or below the start of the log. A failure is told, and the others go on. */
export async function retain(
  options: RetentionOptions,
  partitions: Iterable<Partition>,
  nowMs: number,
  isStopped: () => boolean,
): Promise<void> {
  let count = 0
  for (const partition of partitions) {
    if (isStopped()) return
    if (!partition.isClosed) await sweep(options, partition, nowMs)
    count += 1
    if (count % perTurn === 0) await new Promise<void>(resolve => options.timers.endOfTurn(resolve))
  }
}

async function sweep({ logger, retention }: RetentionOptions, partition: Partition, nowMs: number): Promise<void> {
  const { topic, index } = partition
  try {
    const freedBytes = await partition.log.sweep({ ...retention(topic), upTo: partition.highWatermark }, nowMs)
    if (freedBytes > 0) logger.info('retention', { topic, partition: index, freedBytes })
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error
    logger.error('retention-failed', { topic, partition: index, why: error.message })
  }
}
