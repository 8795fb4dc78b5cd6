/** Ten thousand keys and the partition out of seven that Apache Kafka's Java producer chose for each. */
import fs from 'node:fs'

export const keyCount = 10_000
export const keyPartitions = 7

/** The rule by which runners in every language make the keys: ASCII and not, short and long. */
export const keyAt = (index: number): string =>
  index % 3 === 0 ? `key-${index}` : index % 3 === 1 ? `é${index * 7919}ß` : 'x'.repeat(index % 50) + index

/** `result[i]` is the partition of `keyAt(i)`, as the Java client wrote it into the fixture. */
export function javaPartitions(): number[] {
  const digits = fs.readFileSync('compat/shared/java-partitions.txt', 'latin1').replace(/\s+/g, '')
  if (digits.length !== keyCount) throw new Error(`the fixture has ${digits.length} digits, not ${keyCount}`)
  return [...digits].map(Number)
}
