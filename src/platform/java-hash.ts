/** Where Kafka lets Java's hashes show: which partition keeps a group, and the order in which a HashMap hands out names. */

/** Java's `String.hashCode`: a signed 32 bit number over UTF-16 units. */
export function javaHash(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

/** The partition of an internal topic that keeps what is filed under `key`. */
export function partitionOf(key: string, partitionCount: number): number {
  const hash = javaHash(key)
  // The one number without a positive twin counts as zero.
  const positive = hash === -0x8000_0000 ? 0 : Math.abs(hash)
  return positive % partitionCount
}

/** Names in the order of a Java HashMap that grew by inserting them one by one. Decides ties the way Kafka decides them. */
export function hashOrder(names: readonly string[]): string[] {
  let buckets = 16
  while (names.length > buckets * 0.75) buckets *= 2
  const bucketOf = (name: string): number => {
    const hash = javaHash(name)
    return (hash ^ (hash >>> 16)) & (buckets - 1)
  }
  return names
    .map((name, nth) => ({ name, nth, bucket: bucketOf(name) }))
    .sort((one, other) => one.bucket - other.bucket || one.nth - other.nth)
    .map(({ name }) => name)
}
