/**
 * Writes Kafka's primitive types into a list of buffers, ready for one writev. Small values are copied into chunks;
 * records are referenced where they lie, so a fetch costs the same whatever its bytes.
 */
import { Unwritable } from './faults'
import { maxTextBytes } from './reader'
import type { Slices } from './slices'
import { putUuid } from './uuid'

/** What a chunk holds. Slow readers pin chunks that other answers lie in as well, hence not larger. */
const chunkBytes = 16 * 1024
/** A chunk with less than this left is not used for a new message. */
const minStartBytes = 512
/** Bytes and records below this are copied: a further element of a writev costs more. */
const referenceFromBytes = 1024

interface Chunk {
  readonly bytes: Buffer
  readonly view: DataView
  at: number
}

/** The chunk that the last finished writer left; a writer takes it for itself until it is done. */
let spare: Chunk | null = null

function newChunk(sizeBytes: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes)
  return { bytes, view: new DataView(bytes.buffer), at: 0 }
}

export class Writer {
  /** The chunk being written; `at` is the next position in it. */
  bytes: Buffer
  view: DataView
  at: number
  /** One past the last position of the chunk. */
  limit: number
  private chunk: Chunk
  private from: number
  private readonly parts: Buffer[] = []
  private partsBytes = 0

  constructor() {
    const chunk = spare ?? newChunk(chunkBytes)
    spare = null
    this.chunk = chunk
    this.bytes = chunk.bytes
    this.view = chunk.view
    this.from = chunk.at
    this.at = chunk.at
    this.limit = chunk.bytes.length
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.partsBytes + this.at - this.from
  }

  /** Makes sure that the next `sizeBytes` lie in one chunk. Returns where they begin, without stepping over them. */
  room(sizeBytes: number): number {
    if (sizeBytes > this.limit - this.at) this.nextChunk(sizeBytes)
    return this.at
  }

  private nextChunk(sizeBytes: number): void {
    this.cut()
    this.chunk = newChunk(Math.max(chunkBytes, sizeBytes))
    this.bytes = this.chunk.bytes
    this.view = this.chunk.view
    this.from = 0
    this.at = 0
    this.limit = this.bytes.length
  }

  private cut(): void {
    if (this.at === this.from) return
    this.parts.push(this.bytes.subarray(this.from, this.at))
    this.partsBytes += this.at - this.from
    this.from = this.at
  }

  private step(sizeBytes: number): number {
    const at = this.room(sizeBytes)
    this.at = at + sizeBytes
    return at
  }

  bool(value: boolean): void {
    const at = this.step(1)
    this.bytes[at] = value ? 1 : 0
  }

  int8(value: number): void {
    const at = this.step(1)
    this.view.setInt8(at, value)
  }

  int16(value: number): void {
    const at = this.step(2)
    this.view.setInt16(at, value)
  }

  uint16(value: number): void {
    const at = this.step(2)
    this.view.setUint16(at, value)
  }

  int32(value: number): void {
    const at = this.step(4)
    this.view.setInt32(at, value)
  }

  uint32(value: number): void {
    const at = this.step(4)
    this.view.setUint32(at, value)
  }

  /** +-(2^53 - 1) and beyond are written as the ends of the int64 range, which read back as the same. */
  int64(value: number): void {
    const at = this.step(8)
    putInt64(this.view, at, value)
  }

  /** A bigint as it is, and a number as `int64` has it. */
  int64Exact(value: bigint | number): void {
    const at = this.step(8)
    putInt64Exact(this.view, at, value)
  }

  float64(value: number): void {
    const at = this.step(8)
    this.view.setFloat64(at, value)
  }

  uuid(value: string): void {
    const at = this.step(16)
    putUuid(this.bytes, this.view, at, value)
  }

  /** An unsigned varint of an int32 at most. */
  uvarint(value: number): void {
    this.room(5)
    this.at = putUvarint(this.bytes, this.at, value)
  }

  /** A zigzag varint. */
  varint(value: number): void {
    this.uvarint((value << 1) ^ (value >> 31))
  }

  /** The bytes of a text without any length. */
  rawText(value: string): void {
    const sizeBytes = Buffer.byteLength(value)
    const at = this.step(sizeBytes)
    this.bytes.write(value, at, sizeBytes, 'utf8')
  }

  /** A text behind its length: an int16, or in flexible versions a varint one higher. */
  text(value: string, flexible: boolean): void {
    // Most names are short and ASCII, and then the length in bytes is the length of the string.
    const length = value.length
    if (length < 24) {
      this.room(2 + length)
      const at = flexible ? this.at + 1 : this.at + 2
      if (putAscii(this.bytes, at, value)) {
        if (flexible) this.bytes[this.at] = length + 1
        else this.view.setInt16(this.at, length)
        this.at = at + length
        return
      }
    }
    const sizeBytes = Buffer.byteLength(value)
    if (sizeBytes > maxTextBytes) throw new Unwritable(`a text of ${sizeBytes} bytes is longer than ${maxTextBytes}`)
    if (flexible) this.uvarint(sizeBytes + 1)
    else this.int16(sizeBytes)
    const at = this.step(sizeBytes)
    this.bytes.write(value, at, sizeBytes, 'utf8')
  }

  /** Bytes without any length: copied when few, else referenced, so that they must not change afterwards. */
  raw(value: Buffer): void {
    if (value.length >= referenceFromBytes) {
      this.cut()
      this.parts.push(value)
      this.partsBytes += value.length
      return
    }
    const at = this.step(value.length)
    value.copy(this.bytes, at)
  }

  /** Bytes behind their length: an int32, or in flexible versions a varint one higher. */
  sized(value: Buffer | Slices, flexible: boolean): void {
    const sizeBytes = Buffer.isBuffer(value) ? value.length : value.sizeBytes
    if (flexible) this.uvarint(sizeBytes + 1)
    else this.int32(sizeBytes)
    if (Buffer.isBuffer(value)) this.raw(value)
    else for (const part of value.buffers) this.raw(part)
  }

  /** Everything that `other` wrote, which must not be used afterwards. */
  append(other: Writer): void {
    if (other.parts.length > 0) {
      for (const part of other.finish().buffers) this.raw(part)
      return
    }
    const sizeBytes = other.at - other.from
    const at = this.step(sizeBytes)
    other.bytes.copy(this.bytes, at, other.from, other.at)
    other.at = other.from
    other.release()
  }

  /** What was written, in order. The writer must not be used afterwards. */
  finish(): Slices {
    this.cut()
    this.release()
    return { buffers: this.parts, sizeBytes: this.partsBytes }
  }

  private release(): void {
    this.chunk.at = this.at
    if (this.limit - this.at >= minStartBytes) spare = this.chunk
  }
}

/** Writes the halves of an int64 at a position of `view`. */
export function putInt64(view: DataView, at: number, value: number): void {
  if (value >= Number.MAX_SAFE_INTEGER) {
    view.setInt32(at, 0x7fffffff)
    view.setInt32(at + 4, -1)
  } else if (value <= Number.MIN_SAFE_INTEGER) {
    view.setInt32(at, -0x80000000)
    view.setInt32(at + 4, 0)
  } else {
    view.setInt32(at, Math.floor(value / 0x1_0000_0000))
    view.setInt32(at + 4, value)
  }
}

/** Writes every bit of a bigint at a position of `view`; a number as `putInt64` does. */
export function putInt64Exact(view: DataView, at: number, value: bigint | number): void {
  if (typeof value === 'bigint') view.setBigInt64(at, value)
  else putInt64(view, at, value)
}

/** Writes an unsigned varint where 5 bytes of room were made; returns the position behind it. */
export function putUvarint(bytes: Buffer, from: number, value: number): number {
  let at = from
  let rest = value >>> 0
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

/** Writes a text of ASCII characters; false, with bytes of no meaning written, when it holds others. */
export function putAscii(bytes: Buffer, at: number, value: string): boolean {
  const length = value.length
  for (let index = 0; index < length; index++) {
    const unit = value.charCodeAt(index)
    if (unit > 0x7f) return false
    bytes[at + index] = unit
  }
  return true
}

/** Runs `write` on a fresh writer and joins what it wrote: for records and tests, where one buffer is wanted. */
export function bytesOf(write: (writer: Writer) => void): Buffer {
  const writer = new Writer()
  write(writer)
  const { buffers, sizeBytes } = writer.finish()
  return Buffer.concat(buffers as Buffer[], sizeBytes)
}
