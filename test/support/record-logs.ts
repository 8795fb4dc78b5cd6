/** A machine's log in memory whose durability a test decides, and which can fail. */
import type { EndOfTransaction, KeyValue, Origin, RecordLog, RecordReader } from '../../src/machine/record-log'
import { noProducer } from '../../src/machine/record-log'

export interface Entry extends KeyValue {
  readonly origin: Origin
  /** Whether it ends a transaction, and how. */
  readonly marker?: boolean
}

export class ListLog implements RecordLog {
  readonly entries: Entry[] = []
  /** Once false, nothing becomes durable before `sync`. */
  instant = true
  failAppend: Error | null = null
  #durable = 0
  #waiting: { upTo: number; resolve: () => void; reject: (error: unknown) => void }[] = []

  get end(): number {
    return this.entries.length
  }

  append(records: readonly KeyValue[], origin: Origin = noProducer): number {
    if (this.failAppend) throw this.failAppend
    for (const { key, value } of records) this.entries.push({ key, value, origin })
    if (this.instant) this.#durable = this.end
    return this.end
  }

  mark(committed: boolean, origin: Origin): void {
    this.entries.push({ key: Buffer.alloc(0), value: null, origin, marker: committed })
    if (this.instant) this.#durable = this.end
  }

  appendMarker({ commit, producerId, producerEpoch }: EndOfTransaction): number {
    this.mark(commit, { producerId, producerEpoch })
    return this.end
  }

  durable(upTo: number): Promise<void> | undefined {
    if (upTo <= this.#durable) return undefined
    return new Promise((resolve, reject) => this.#waiting.push({ upTo, resolve, reject }))
  }

  /** Everything is on the disk now. */
  sync(): void {
    this.#durable = this.end
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  /** The disk dies: what was not on it is lost. */
  crash(): void {
    this.entries.length = this.#durable
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the disk is gone'))
  }

  async readAll(reader: RecordReader): Promise<void> {
    for (const [offset, { key, value, origin, marker }] of this.entries.entries()) {
      if (marker === undefined) reader.record(key, value, offset, origin)
      else reader.marker(marker, offset, origin)
    }
  }
}
