/** Dice. Seeded in a simulated world. */

export interface Random {
  /** At least 0, less than 1. */
  next(): number
  bytes(count: number): Buffer
}

/** A version 4 UUID as 32 hex digits, the form in which this code base keeps topic ids. */
export function uuidHex(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex')
}
