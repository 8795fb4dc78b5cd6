/** What the log tells of markers that cannot be written: once for a partition and a reason, however often and by how many it is tried. */
import type { Logger } from '../../platform/logger'
import type { TopicPartition } from './state'

interface Trouble {
  reason: string
  /** Markers that wait for the partition. */
  waiting: number
  failures: number
}

/** Knows no more partitions than there are with markers that wait. */
export class MarkerTroubles {
  readonly #logger: Logger
  readonly #troubles = new Map<string, Trouble>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get size(): number {
    return this.#troubles.size
  }

  /** A marker begins to wait, since it was not written for a reason. */
  begin(at: TopicPartition, producerId: number, reason: string): void {
    const known = this.#troubles.get(keyOf(at))
    if (known) known.waiting++
    else this.#troubles.set(keyOf(at), { reason: '', waiting: 1, failures: 0 })
    this.failed(at, producerId, reason)
  }

  /** A marker that waits was not written once more. */
  failed(at: TopicPartition, producer: number, reason: string): void {
    const trouble = this.#troubles.get(keyOf(at))!
    trouble.failures++
    if (trouble.reason === reason) return
    trouble.reason = reason
    this.#logger.warn('transaction.marker.failed', { ...at, producer, error: reason, failures: trouble.failures })
  }

  /** A marker waits no longer: it is written, or needs not be. */
  end(at: TopicPartition): void {
    const trouble = this.#troubles.get(keyOf(at))!
    if (--trouble.waiting > 0) return
    this.#troubles.delete(keyOf(at))
    this.#logger.info('transaction.marker.done', { ...at, failures: trouble.failures })
  }
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`
