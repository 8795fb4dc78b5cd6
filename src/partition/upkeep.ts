/** What partitions need now and then: retention, and forgetting producers that have gone. */
import type { Cancel, Clock } from '../platform/clock'
import type { PartitionDirectory } from './directory'
import { retain, type RetentionOptions } from './retention'

export interface UpkeepOptions extends RetentionOptions {
  readonly directory: PartitionDirectory
  readonly clock: Clock
  /** `log.retention.check.interval.ms`. */
  checkIntervalMs(): number
  /** `log.initial.task.delay.ms`: how long after the start the first round comes. */
  readonly initialDelayMs: number
  /** The cleaner looks after these. */
  isCompacted(topic: string): boolean
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
  const beforeMs = nowMs - options.producerExpiryMs()
  const partitions = [...options.directory.all()]
  for (const { producers, verifications } of partitions) {
    producers.expire(beforeMs)
    verifications.expire(beforeMs)
  }
  const others = partitions.filter(({ topic }) => !options.isCompacted(topic))
  await retain(options, others, nowMs, isStopped)
}
