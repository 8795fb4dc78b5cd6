/**
 * Where the last record of each key is, in memory of a fixed size. Keys are known by their MD5 alone, as in Apache Kafka:
 * that two of them share one is out of the question for any log that was not made for it.
 *
 * The table is many small ones, each of which grows by itself, so that nobody waits while a large one is made.
 */
import { hash } from 'node:crypto'

/** A slot is four words of the hash, and two of the offset plus one: all zeroes are free. */
const slotWords = 6
const slotBytes = slotWords * 4
/** A map has as many tables as it takes for none to become longer, so that none takes long to grow. */
const tableBytesMax = 128 * 1024
const tablesMin = 256
const firstSlots = 16
/** A table grows beyond the first of these; where there is no room for that it is full at the second. */
const grownAt = 0.75
const fullAt = 0.9

interface Table {
  words: Uint32Array
  used: number
}

export class OffsetMap {
  readonly #sizeBytesMax: number
  readonly #entriesMax: number
  readonly #tables: (Table | null)[]
  readonly #hash = new Uint32Array(4)
  #sizeBytes = 0
  #size = 0
  #movedBytes = 0
  #latest = -1

  /** `loadFactor` is the part of the slots that so many bytes hold which may be used. */
  constructor(sizeBytesMax: number, loadFactor = fullAt) {
    this.#sizeBytesMax = sizeBytesMax
    this.#entriesMax = Math.floor(Math.floor(sizeBytesMax / slotBytes) * loadFactor)
    const wanted = Math.max(tablesMin, sizeBytesMax / tableBytesMax)
    const possible = Math.max(1, sizeBytesMax / (firstSlots * slotBytes) / 4)
    const tables = 2 ** Math.floor(Math.log2(Math.min(wanted, possible)))
    this.#tables = Array.from({ length: tables }, () => null)
  }

  get size(): number {
    return this.#size
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Bytes of tables that have grown since this was asked last. */
  takeMovedBytes(): number {
    const moved = this.#movedBytes
    this.#movedBytes = 0
    return moved
  }

  /** What is known of keys holds up to and including this offset; -1 when nothing is. */
  get latest(): number {
    return this.#latest
  }

  /** Remembers a record, which must be the latest so far. False when there is no room; then nothing has changed. */
  put(key: Uint8Array, offset: number): boolean {
    if (this.#size >= this.#entriesMax) return false
    this.#digest(key)
    const table = this.#tableWithRoom()
    if (table === null) return false
    const at = this.#slotIn(table)
    if (isFree(table.words, at)) {
      table.words.set(this.#hash, at)
      table.used += 1
      this.#size += 1
    }
    const stored = offset + 1
    table.words[at + 4] = Math.floor(stored / 0x1_0000_0000)
    table.words[at + 5] = stored
    this.seen(offset)
    return true
  }

  /** Everything up to an offset has been looked at. */
  seen(offset: number): void {
    if (offset > this.#latest) this.#latest = offset
  }

  /** Offset of the last record of a key, -1 when it is not known. */
  get(key: Uint8Array): number {
    this.#digest(key)
    const table = this.#tables[this.#tableIndex()]
    if (!table) return -1
    const at = this.#slotIn(table)
    return table.words[at + 4]! * 0x1_0000_0000 + table.words[at + 5]! - 1
  }

  #digest(key: Uint8Array): void {
    const text = hash('md5', key, 'binary')
    for (let word = 0; word < 4; word += 1) {
      const at = word * 4
      this.#hash[word] =
        (text.charCodeAt(at) << 24) |
        (text.charCodeAt(at + 1) << 16) |
        (text.charCodeAt(at + 2) << 8) |
        text.charCodeAt(at + 3)
    }
  }

  #tableIndex(): number {
    return this.#hash[3]! & (this.#tables.length - 1)
  }

  #tableWithRoom(): Table | null {
    const index = this.#tableIndex()
    const table = (this.#tables[index] ??= this.#newTable(firstSlots))
    const slots = table.words.length / slotWords
    if (table.used < slots * grownAt) return table
    if (this.#sizeBytes + slots * slotBytes > this.#sizeBytesMax) return table.used < slots * fullAt ? table : null
    const larger = this.#newTable(slots * 2)
    moveAll(table, larger)
    this.#movedBytes += slots * slotBytes
    this.#sizeBytes -= slots * slotBytes
    this.#tables[index] = larger
    return larger
  }

  #newTable(slots: number): Table {
    this.#sizeBytes += slots * slotBytes
    return { words: new Uint32Array(slots * slotWords), used: 0 }
  }

  /** Where the hash stands, or the free slot where it would. */
  #slotIn({ words }: Table): number {
    const [a, b, c, d] = [this.#hash[0]!, this.#hash[1]!, this.#hash[2]!, this.#hash[3]!]
    let at = firstSlot(words, a)
    while (!isFree(words, at)) {
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return at
      at = at + slotWords === words.length ? 0 : at + slotWords
    }
    return at
  }
}

const isFree = (words: Uint32Array, at: number): boolean => words[at + 4] === 0 && words[at + 5] === 0

/** The number of slots is a power of two. */
const firstSlot = (words: Uint32Array, hashed: number): number => (hashed & (words.length / slotWords - 1)) * slotWords

function moveAll(from: Table, to: Table): void {
  for (let at = 0; at < from.words.length; at += slotWords) {
    if (isFree(from.words, at)) continue
    let free = firstSlot(to.words, from.words[at]!)
    while (!isFree(to.words, free)) free = free + slotWords === to.words.length ? 0 : free + slotWords
    to.words.set(from.words.subarray(at, at + slotWords), free)
    to.used += 1
  }
}
