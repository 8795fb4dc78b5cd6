/** What was sent and what was acknowledged, and whether a partition read back agrees with that. */
import { baseOffsetAt, batchBytesAt, crcAt } from '../../src/protocol/records/batch'
import { crc32c } from '../../src/protocol/records/crc32c'
import { recordsOf } from '../../src/protocol/records/records'

/** One record by its value, which names it and nothing else does. */
interface Entry {
  /** Null until acknowledged. */
  offset: number | null
  /** Where it was read, once it was. */
  seenAt: number | null
}

export class PartitionLedger {
  readonly topic: string
  readonly index: number
  /** The next offset that was not read and compared yet. */
  verifiedTo = 0
  private readonly entries = new Map<string, Entry>()
  private readonly atOffset = new Map<number, string>()

  constructor(topic: string, index: number) {
    this.topic = topic
    this.index = index
  }

  get name(): string {
    return `${this.topic}-${this.index}`
  }

  get acknowledged(): number {
    return this.atOffset.size
  }

  sent(values: readonly string[]): void {
    for (const value of values) this.entries.set(value, { offset: null, seenAt: null })
  }

  /** Throws when the broker gives an offset twice, or another one to what it had acknowledged before. */
  acknowledge(values: readonly string[], baseOffset: number): void {
    values.forEach((value, index) => {
      const offset = baseOffset + index
      const entry = this.entries.get(value)
      if (entry === undefined) throw new Error(`${this.name}: an acknowledgement of what was not sent`)
      if (entry.offset !== null && entry.offset !== offset)
        throw new Error(`${this.name}: ${value} acknowledged at ${entry.offset} and at ${offset}`)
      const other = this.atOffset.get(offset)
      if (other !== undefined && other !== value)
        throw new Error(`${this.name}: offset ${offset} acknowledged for ${other} and for ${value}`)
      if (entry.seenAt !== null && entry.seenAt !== offset)
        throw new Error(`${this.name}: ${value} was read at ${entry.seenAt} and is acknowledged at ${offset}`)
      entry.offset = offset
      this.atOffset.set(offset, value)
    })
  }

  /** Takes a run of whole batches as they were read from `verifiedTo`; returns how many records there were. */
  read(bytes: Buffer): number {
    let count = 0
    for (let at = 0; at + 61 <= bytes.length; ) {
      const size = batchBytesAt(bytes, at)
      if (at + size > bytes.length) break
      const batch = bytes.subarray(at, at + size)
      at += size
      if (crc32c(batch, 21) !== crcAt(batch))
        throw new Error(`${this.name}: the CRC of the batch at ${baseOffsetAt(batch)} does not hold`)
      for (const record of recordsOf(batch)) {
        if (record.offset < this.verifiedTo) continue
        this.take(record.offset, record.value?.toString('latin1') ?? '')
        count++
      }
    }
    return count
  }

  private take(offset: number, value: string): void {
    if (offset !== this.verifiedTo) throw new Error(`${this.name}: offset ${offset} follows ${this.verifiedTo - 1}`)
    const entry = this.entries.get(value)
    if (entry === undefined) throw new Error(`${this.name}: a phantom at ${offset}: ${value.slice(0, 60)}`)
    if (entry.seenAt !== null && entry.seenAt !== offset)
      throw new Error(`${this.name}: ${value} is at ${entry.seenAt} and at ${offset}`)
    const acknowledged = this.atOffset.get(offset)
    if (acknowledged !== undefined && acknowledged !== value)
      throw new Error(`${this.name}: at ${offset} ${acknowledged} was acknowledged, and ${value} is there`)
    if (entry.offset !== null && entry.offset !== offset)
      throw new Error(`${this.name}: ${value} was acknowledged at ${entry.offset} and is at ${offset}`)
    entry.seenAt = offset
    this.verifiedTo = offset + 1
  }

  /** To be called when everything was read: what was acknowledged must lie below `end`. */
  complete(end: number): void {
    if (this.verifiedTo !== end)
      throw new Error(`${this.name}: read up to ${this.verifiedTo}, and the log ends at ${end}`)
    for (const [offset, value] of this.atOffset) {
      if (offset >= end)
        throw new Error(`${this.name}: LOST ${value}, acknowledged at ${offset}; the log ends at ${end}`)
    }
  }

  /** Forgets what was read, so that all of it is read again. */
  again(): void {
    this.verifiedTo = 0
    for (const entry of this.entries.values()) entry.seenAt = null
  }
}
