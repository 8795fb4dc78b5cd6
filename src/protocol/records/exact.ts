/** Timestamps that are no exact numbers, beyond 2^53 - 1: what is written anew has them as they were. */

const isExact = (value: number): boolean => value < Number.MAX_SAFE_INTEGER && value > Number.MIN_SAFE_INTEGER

/** Whether a base and a delta, as they were read, make an exact sum. */
export const isExactSum = (base: number, delta: number): boolean =>
  isExact(base) && isExact(delta) && isExact(base + delta)

/** The int64 whose zigzag begins at `at`. It has been read before, so it ends. */
export function exactVarlong(bytes: Buffer, at: number): bigint {
  let raw = 0n
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++]!
    raw |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n))
  }
}

const zigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))

/** Bytes that `writeExactVarlong` takes. */
export function exactVarlongBytes(value: bigint): number {
  let count = 1
  for (let raw = zigzag(value) >> 7n; raw > 0n; raw >>= 7n) count += 1
  return count
}

/** Writes an int64 and returns where it ends. */
export function writeExactVarlong(bytes: Buffer, at: number, value: bigint): number {
  let raw = zigzag(value)
  for (; raw >= 0x80n; raw >>= 7n) bytes[at++] = Number(raw & 0x7fn) | 0x80
  bytes[at++] = Number(raw)
  return at
}
