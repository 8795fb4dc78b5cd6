/** The partition of a record as Kafka's clients choose it: by the murmur2 hash of its key, in turn without one. */

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

export function pickPartition(key: Uint8Array | null, count: number, turn: number): number {
  return key === null ? turn % count : (murmur2(key) & 0x7fffffff) % count
}

/** The variant of Kafka's clients: 32 bits, little endian. */
export function murmur2(bytes: Uint8Array): number {
  const mixed = (k: number): number => {
    const product = Math.imul(k, multiplier)
    return Math.imul(product ^ (product >>> 24), multiplier)
  }
  const whole = bytes.length & ~3
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let hash = seed ^ bytes.length
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, multiplier) ^ mixed(view.getInt32(at, true))
  if (whole < bytes.length) {
    for (let at = bytes.length - 1; at >= whole; at -= 1) hash ^= bytes[at]! << (8 * (at - whole))
    hash = Math.imul(hash, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}
