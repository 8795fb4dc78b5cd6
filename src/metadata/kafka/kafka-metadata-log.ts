/**
 * Reads the metadata log that an Apache Kafka left in a data directory, `__cluster_metadata-0`: the newest `.checkpoint` holds
 * everything before its offset, the `.log` files what came after. Both are record batches whose records are a frame version, a number,
 * a version and the message.
 */
import type { File, Files } from '../../platform/files'
import {
  baseOffsetAt,
  batchBytesAt,
  batchHeaderBytes,
  crcAt,
  isControlAt,
  lastOffsetDeltaAt,
  magicAt,
} from '../../protocol/records/batch'
import { crc32c } from '../../protocol/records/crc32c'
import { recordsOf } from '../../protocol/records/records'
import { KafkaMetadata } from './kafka-metadata'

export const kafkaMetadataDirectory = '__cluster_metadata-0'

/** No batch of a metadata log is larger: Kafka's own limit is 8 MiB. */
const batchBytesMax = 64 * 1024 * 1024

/** How the batches of a file end: `torn` is what a crash leaves, and `damaged` what was whole before. */
type Ending = 'whole' | 'torn' | 'damaged'

/**
 * Reads the metadata log of a data directory; null when it has none. Reading ends quietly at a last batch that was not written whole, as
 * Kafka cuts the log there; whatever else is missing is among what is left out. Throws the errors of files.
 */
export function readKafkaMetadata(files: Files, dataDirectory: string): KafkaMetadata | null {
  const directory = `${dataDirectory}/${kafkaMetadataDirectory}`
  if (!files.stat(directory)?.isDirectory) return null
  return new Reading(files, directory).all()
}

class Reading {
  readonly #files: Files
  readonly #directory: string
  readonly #metadata = new KafkaMetadata()
  /** The offset that comes next. */
  #next = 0

  constructor(files: Files, directory: string) {
    this.#files = files
    this.#directory = directory
  }

  all(): KafkaMetadata {
    const names = this.#files.list(this.#directory)
    const named = (pattern: RegExp) => names.filter(name => pattern.test(name)).sort()
    const checkpoint = named(/^\d{20}-\d{10}\.checkpoint$/).at(-1)
    if (checkpoint !== undefined) {
      this.#readCheckpoint(checkpoint)
      this.#next = Number(checkpoint.slice(0, 20))
    }
    const logs = named(/^\d{20}\.log$/)
    if (logs.length === 0 && checkpoint === undefined) this.#miss('it is empty')
    for (const name of logs) {
      const ending = this.#readLog(name)
      if (ending === 'whole') continue
      if (ending === 'damaged' || name !== logs.at(-1)) this.#miss(`${name} is damaged`)
      break
    }
    return this.#metadata
  }

  #miss(why: string): void {
    this.#metadata.leaveOut('a part of the metadata log', why, true)
  }

  /** A whole one begins and ends with a control batch. */
  #readCheckpoint(name: string): void {
    let endsWithControl = false
    const ending = this.#batches(name, batch => {
      endsWithControl = isControlAt(batch)
      this.#replay(batch)
    })
    if (ending !== 'whole' || !endsWithControl) this.#miss(`${name} is damaged`)
  }

  #readLog(name: string): Ending {
    return this.#batches(name, batch => {
      const base = baseOffsetAt(batch)
      if (base < this.#next) return
      if (base > this.#next) this.#miss(`nothing is there from offset ${this.#next} to ${base}`)
      this.#next = base + lastOffsetDeltaAt(batch) + 1
      this.#replay(batch)
    })
  }

  #replay(batch: Buffer): void {
    if (isControlAt(batch)) return
    for (const { value } of recordsOf(batch)) if (value) this.#metadata.replay(value)
  }

  #batches(name: string, each: (batch: Buffer) => void): Ending {
    const file = this.#files.open(`${this.#directory}/${name}`, { readOnly: true })
    try {
      for (let at = 0; at < file.size(); ) {
        const batch = batchAt(file, at)
        if (typeof batch === 'string') return batch
        at += batch.length
        each(batch)
      }
      return 'whole'
    } finally {
      void file.close()
    }
  }
}

/** The batch at a position. One that has all its bytes and the wrong checksum was written whole. */
function batchAt(file: File, at: number): Buffer | Exclude<Ending, 'whole'> {
  const header = Buffer.alloc(batchHeaderBytes)
  if (file.readSync(header, at) < batchHeaderBytes || header.every(byte => byte === 0)) return 'torn'
  const sizeBytes = batchBytesAt(header)
  if (magicAt(header) !== 2 || sizeBytes < batchHeaderBytes || sizeBytes > batchBytesMax) return 'damaged'
  const batch = Buffer.alloc(sizeBytes)
  if (file.readSync(batch, at) < sizeBytes) return 'torn'
  return crc32c(batch, 21) === crcAt(batch) ? batch : 'damaged'
}
