/**
 * CRC-32C (Castagnoli). What of the three is there, fastest first: our own addon (`native/crc32c.c`, built where there is a C compiler
 * and an x86-64 processor), `@node-rs/crc32`, and JavaScript. Loaded at the first use, to start fast.
 */

type Crc = (buffer: Buffer, from: number, to: number) => number

/** From the fastest on. Each throws where it cannot be loaded, and all give the same numbers. */
export const implementations: Readonly<Record<string, () => Crc>> = {
  addon: () => (require('#crc32c') as { crc32c: Crc }).crc32c,
  'node-rs': () => {
    const { crc32c: whole } = require('@node-rs/crc32') as { crc32c(buffer: Buffer): number }
    return (buffer, from, to) => whole(from === 0 && to === buffer.length ? buffer : buffer.subarray(from, to))
  },
  javascript: () => {
    const { buf } = require('crc-32/crc32c.js') as { buf(bytes: Buffer, seed: number): number }
    return (buffer, from, to) => buf(buffer.subarray(from, to), 0) >>> 0
  },
}

let crc: Crc | null = null

function load(): Crc {
  for (const implementation of Object.values(implementations)) {
    try {
      return implementation()
    } catch {}
  }
  throw new Error('The package crc-32 is not installed. Install odradek again.')
}

/** The CRC of bytes `from` to `to` (not included), as an unsigned 32-bit number. */
export function crc32c(buffer: Buffer, from = 0, to = buffer.length): number {
  crc ??= load()
  return crc(buffer, from, to)
}
