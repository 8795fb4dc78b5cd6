/** CRC-32C (Castagnoli): native where that loads, pure JavaScript elsewhere. Loaded at the first use, to start fast. */

type Crc = (buffer: Buffer) => number

let crc: Crc | null = null

function load(): Crc {
  try {
    return (require('@node-rs/crc32') as { crc32c: Crc }).crc32c
  } catch {
    const { buf } = require('crc-32/crc32c.js') as { buf(bytes: Buffer, seed: number): number }
    return buffer => buf(buffer, 0) >>> 0
  }
}

/** The CRC of bytes `from` to `to` (not included), as an unsigned 32-bit number. */
export function crc32c(buffer: Buffer, from = 0, to = buffer.length): number {
  crc ??= load()
  return crc(from === 0 && to === buffer.length ? buffer : buffer.subarray(from, to))
}
