/**
 * A cursor over received bytes that reads Kafka's primitive types. Nothing is read, and nothing is allocated, beyond the
 * end. Slices and records are views of the received buffer and never copies.
 */
import { Malformed } from './faults'
import { uuidAt } from './uuid'

/** Kafka's limit on texts in every encoding. */
export const maxTextBytes = 0x7fff

/**
 * List elements that one message may have in all. An element of three bytes becomes an object of a hundred, so that the
 * size of a frame alone does not bound what reading it takes; no client comes near this many.
 */
export const maxElements = 4_000_000

/**
 * Creating a DataView costs more than reading a small request with it, so that the last one is kept: frames mostly come
 * out of the same receive buffer one after the other. Positions are those of the whole ArrayBuffer.
 */
let lastBytes: Buffer = Buffer.alloc(0)
let lastView: DataView = new DataView(lastBytes.buffer)

function adopt(memory: ArrayBufferLike): void {
  lastBytes = Buffer.from(memory as ArrayBuffer)
  lastView = new DataView(memory)
}

/** Above +-(2^53 - 1) an int64 reads as that bound; `hi` and `lo` are its halves, `lo` unsigned. */
export function int64Of(hi: number, lo: number): number {
  const value = hi * 0x1_0000_0000 + lo
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER
  return value < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : value
}

/**
 * Short texts are mostly ASCII and cheaper to build from characters than to ask the runtime for. Both ends are positions
 * in `bytes` and have been checked.
 */
export function textAt(bytes: Buffer, from: number, to: number): string {
  if (to - from > 6) return bytes.toString('utf8', from, to)
  let text = ''
  for (let at = from; at < to; at++) {
    const unit = bytes[at] as number
    if (unit > 0x7f) return bytes.toString('utf8', from, to)
    text += String.fromCharCode(unit)
  }
  return text
}

export class Reader {
  /** The whole memory in which the received bytes lie; `at` and `end` are positions in it. */
  readonly bytes: Buffer
  readonly view: DataView
  at: number
  readonly end: number
  /** List elements that may still be read. */
  elementsLeft: number

  constructor(buffer: Buffer, elementsMax: number = maxElements) {
    this.elementsLeft = elementsMax
    if (lastBytes.buffer !== buffer.buffer) adopt(buffer.buffer)
    this.bytes = lastBytes
    this.view = lastView
    this.at = buffer.byteOffset
    this.end = this.at + buffer.length
  }

  get remaining(): number {
    return this.end - this.at
  }

  /** Steps over `sizeBytes` and returns where they begin. Throws Malformed when there are not as many, or less than none. */
  take(sizeBytes: number): number {
    const at = this.at
    if (sizeBytes < 0 || sizeBytes > this.end - at) throw shortOf(sizeBytes, this.end - at)
    this.at = at + sizeBytes
    return at
  }

  bool(): boolean {
    return this.bytes[this.take(1)] !== 0
  }

  int8(): number {
    return this.view.getInt8(this.take(1))
  }

  int16(): number {
    return this.view.getInt16(this.take(2))
  }

  uint16(): number {
    return this.view.getUint16(this.take(2))
  }

  int32(): number {
    return this.view.getInt32(this.take(4))
  }

  uint32(): number {
    return this.view.getUint32(this.take(4))
  }

  /** Saturates at +-(2^53 - 1). */
  int64(): number {
    const at = this.take(8)
    return int64Of(this.view.getInt32(at), this.view.getUint32(at + 4))
  }

  int64Exact(): bigint {
    return this.view.getBigInt64(this.take(8))
  }

  float64(): number {
    return this.view.getFloat64(this.take(8))
  }

  /** 32 lower-case hex digits. */
  uuid(): string {
    return uuidAt(this.bytes, this.view, this.take(16))
  }

  /** An unsigned varint as Kafka reads it: up to 5 bytes into an int32, which huge values make negative. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const part = this.bytes[this.take(1)] as number
      value |= (part & 0x7f) << shift
      if (part < 0x80) return value
    }
    throw longVarint()
  }

  /** A zigzag varint of up to 5 bytes, as in records. */
  varint(): number {
    const value = this.uvarint()
    return (value >>> 1) ^ -(value & 1)
  }

  slice(sizeBytes: number): Buffer {
    const at = this.take(sizeBytes)
    return this.bytes.subarray(at, at + sizeBytes)
  }

  text(sizeBytes: number): string {
    if (sizeBytes > maxTextBytes) throw longText(sizeBytes)
    const at = this.take(sizeBytes)
    return textAt(this.bytes, at, at + sizeBytes)
  }

  /**
   * Checks the count of a list before anything is made for it: what remains must hold that many elements of at least
   * `elementBytes` each, and the message may not have too many.
   */
  count(claimed: number, elementBytes: number): void {
    if (claimed > this.remaining / elementBytes) throw longList(claimed, this.remaining)
    this.elementsLeft -= claimed
    if (this.elementsLeft < 0) throw tooManyElements()
  }

  /** Steps over the tag section of a struct none of whose tags are known. */
  skipTags(): void {
    const tags = this.uvarint()
    for (let tag = 0; tag < tags; tag++) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }
}

export function shortOf(sizeBytes: number, remaining: number): Malformed {
  return new Malformed(`${sizeBytes} bytes were announced where ${remaining} remain`)
}

export function longVarint(): Malformed {
  return new Malformed('a varint does not end within 5 bytes')
}

export function longText(sizeBytes: number): Malformed {
  return new Malformed(`a text of ${sizeBytes} bytes is longer than the ${maxTextBytes} allowed`)
}

export function tooManyElements(): Malformed {
  return new Malformed('a list makes the message hold more elements than are accepted')
}

export function longList(claimed: number, remaining: number): Malformed {
  return new Malformed(`a list of ${claimed} elements was announced where ${remaining} bytes remain`)
}
