/**
 * The `.txnindex` file: the transactions whose abort markers are in the segment. Most segments have none, and then there
 * is no file. An entry is a version of 16 bits (0) and four numbers of 64: producer id, first offset, last offset (the
 * marker) and last stable offset.
 */
import { AbortedList } from '../aborted-list'
import { CorruptLog } from '../fault'
import type { AbortedTransaction } from '../log'
import type { Handle } from './handles'

const entryBytes = 34

export class TransactionIndex {
  readonly handle: Handle
  #list: AbortedList | null
  #sizeBytes: number
  /** Bytes were written since the last sync. */
  dirty = false

  /** `sizeBytes` is the length of the file, 0 when there is none. */
  constructor(handle: Handle, sizeBytes: number) {
    this.handle = handle
    this.#sizeBytes = sizeBytes
    this.#list = sizeBytes === 0 ? new AbortedList() : null
  }

  get isEmpty(): boolean {
    return this.#sizeBytes === 0
  }

  add(transaction: AbortedTransaction): void {
    const list = this.#loaded()
    const newest = list.all().at(-1)
    if (newest && transaction.lastOffset <= newest.lastOffset) return
    this.handle.file(true).writeSync([encode(transaction)], this.#sizeBytes)
    this.#sizeBytes += entryBytes
    this.dirty = true
    list.add(transaction)
  }

  all(): readonly AbortedTransaction[] {
    return this.#sizeBytes === 0 ? [] : this.#loaded().all()
  }

  /** Drops those whose marker is at `end` or above, and whatever was not written whole. */
  truncateTo(end: number): void {
    if (this.#sizeBytes === 0) return
    const kept = this.#read(true).filter(entry => entry.lastOffset < end)
    this.#list = new AbortedList()
    for (const entry of kept) this.#list.add(entry)
    const sizeBytes = this.#list.all().length * entryBytes
    if (sizeBytes === this.#sizeBytes) return
    this.handle.file().truncateSync(sizeBytes)
    this.#sizeBytes = sizeBytes
    this.dirty = true
  }

  #loaded(): AbortedList {
    if (this.#list) return this.#list
    this.#list = new AbortedList()
    for (const entry of this.#read(false)) this.#list.add(entry)
    return this.#list
  }

  /** Entries of the file; those after the first damaged one are left out if `lenient`, and a reason to throw otherwise. */
  #read(lenient: boolean): AbortedTransaction[] {
    const bytes = Buffer.alloc(this.#sizeBytes)
    this.handle.file().readSync(bytes, 0)
    const entries: AbortedTransaction[] = []
    let at = 0
    for (; at + entryBytes <= bytes.length; at += entryBytes) {
      const entry = decode(bytes, at)
      if (!entry || entry.lastOffset <= (entries.at(-1)?.lastOffset ?? -1)) break
      entries.push(entry)
    }
    if (at < bytes.length && !lenient) throw new CorruptLog(this.handle.path, `bad entry at ${at}`)
    return entries
  }
}

function encode(transaction: AbortedTransaction): Buffer {
  const bytes = Buffer.alloc(entryBytes)
  bytes.writeBigInt64BE(BigInt(transaction.producerId), 2)
  bytes.writeBigInt64BE(BigInt(transaction.firstOffset), 10)
  bytes.writeBigInt64BE(BigInt(transaction.lastOffset), 18)
  bytes.writeBigInt64BE(BigInt(transaction.lastStableOffset), 26)
  return bytes
}

function decode(bytes: Buffer, at: number): AbortedTransaction | null {
  const number = (from: number) => Number(bytes.readBigInt64BE(at + from))
  const entry = { producerId: number(2), firstOffset: number(10), lastOffset: number(18), lastStableOffset: number(26) }
  // A marker comes after what it ends. That also tells an entry from the zeroes that a power cut may leave in its place.
  const sound = bytes.readInt16BE(at) === 0 && entry.firstOffset >= 0 && entry.firstOffset < entry.lastOffset
  return sound ? entry : null
}
