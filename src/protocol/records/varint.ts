/**
 * The variable-length integers of record format v2: seven bits a byte, lowest first, zigzag (Protocol Buffers' sint32
 * and sint64).
 */
import { int64Of } from '../wire/reader'
import { corrupt } from './corrupt'

/** A position in bytes that moves as integers are read. It may come to stand past the end: check once, afterwards. */
export class VarintCursor {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  /** An int32. Throws CorruptRecord for one that takes more than five bytes. */
  varint(): number {
    const { bytes } = this
    // A byte that is not there reads as the last one of a zero.
    const first = bytes[this.at++]!
    if (!(first >= 0x80)) return (first >>> 1) ^ -(first & 1)
    const second = bytes[this.at++]!
    if (second >= 0x80) return this.#longVarint(first, second)
    return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1)
  }

  /** An int64; saturates at +-(2^53 - 1). Throws CorruptRecord for one that takes more than ten bytes. */
  varlong(): number {
    const { bytes } = this
    const first = bytes[this.at++]!
    if (!(first >= 0x80)) return (first >>> 1) ^ -(first & 1)
    const second = bytes[this.at++]!
    if (second >= 0x80) return this.#longVarlong(first, second)
    return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1)
  }

  /** The long ones are methods of their own, so that the short ones are small enough to be inlined six times in a loop. */
  #longVarint(first: number, second: number): number {
    let raw = (first & 0x7f) | ((second & 0x7f) << 7)
    for (let shift = 14; shift < 35; shift += 7) {
      const byte = this.bytes[this.at++]!
      raw |= (byte & 0x7f) << shift
      if (!(byte >= 0x80)) return (raw >>> 1) ^ -(raw & 1)
    }
    return corrupt('a varint of more than five bytes')
  }

  #longVarlong(first: number, second: number): number {
    const { bytes } = this
    let low = (first & 0x7f) | ((second & 0x7f) << 7)
    let byte: number
    for (let shift = 14; shift < 28; shift += 7) {
      byte = bytes[this.at++]!
      low |= (byte & 0x7f) << shift
      if (!(byte >= 0x80)) return (low >>> 1) ^ -(low & 1)
    }
    // Bits 28 to 34 are of both halves.
    byte = bytes[this.at++]!
    low |= (byte & 0x0f) << 28
    let high = (byte & 0x7f) >>> 4
    for (let shift = 3; byte >= 0x80; shift += 7) {
      if (shift > 31) corrupt('a varlong of more than ten bytes')
      byte = bytes[this.at++]!
      high |= (byte & 0x7f) << shift
    }
    const sign = -(low & 1)
    return int64Of((high >>> 1) ^ sign, (((low >>> 1) | (high << 31)) ^ sign) >>> 0)
  }
}

/** Bytes that an int32 takes. */
export function varintBytes(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x20_0000 ? 3 : raw < 0x1000_0000 ? 4 : 5
}

const fitsInt32 = (value: number): boolean => value === (value | 0)

/** Zigzag of an int64 as halves. */
function zigzag(value: number): { low: number; high: number } {
  const high = Math.floor(value / 0x1_0000_0000)
  const low = (value - high * 0x1_0000_0000) | 0
  const sign = high >> 31
  return { low: (low << 1) ^ sign, high: ((high << 1) | (low >>> 31)) ^ sign }
}

/** Bytes that an int64 takes. */
export function varlongBytes(value: number): number {
  if (fitsInt32(value)) return varintBytes(value)
  const { low, high } = zigzag(value)
  return high === 0 ? Math.ceil((32 - Math.clz32(low)) / 7) : Math.ceil((64 - Math.clz32(high)) / 7)
}

/** Writes an int32 and returns where it ends. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  while (raw >= 0x80) {
    bytes[at++] = raw | 0x80
    raw >>>= 7
  }
  bytes[at++] = raw
  return at
}

/** Writes an int64 and returns where it ends. */
export function writeVarlong(bytes: Buffer, at: number, value: number): number {
  if (fitsInt32(value)) return writeVarint(bytes, at, value)
  let { low, high } = zigzag(value)
  while (high !== 0 || low >>> 0 >= 0x80) {
    bytes[at++] = low | 0x80
    low = (low >>> 7) | (high << 25)
    high >>>= 7
  }
  bytes[at++] = low
  return at
}
