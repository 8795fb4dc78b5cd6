/**
 * Uuids as 32 lower-case hex digits. A broker reads the same few topic ids over and over, so texts that were made are kept
 * in a table of fixed size: finding one is ten times cheaper than making it, and equal ids become the same string.
 */
import { Unwritable } from './faults'

/** The uuid that stands for none. */
export const zeroUuid = '0'.repeat(32)

const slots = 1024
const words = new Int32Array(slots * 4)
const texts: string[] = Array.from({ length: slots }, () => zeroUuid)

/** The uuid at a position of `bytes`, where 16 bytes are known to be. `view` lies over the same memory. */
export function uuidAt(bytes: Buffer, view: DataView, at: number): string {
  const a = view.getInt32(at)
  const b = view.getInt32(at + 4)
  const c = view.getInt32(at + 8)
  const d = view.getInt32(at + 12)
  const slot = (a ^ (b << 3) ^ c ^ (d >>> 5)) & (slots - 1)
  const word = slot * 4
  if (words[word] === a && words[word + 1] === b && words[word + 2] === c && words[word + 3] === d) {
    return texts[slot] as string
  }
  const text = bytes.toString('hex', at, at + 16)
  words[word] = a
  words[word + 1] = b
  words[word + 2] = c
  words[word + 3] = d
  texts[slot] = text
  return text
}

/** Writes a uuid at a position of `bytes`, where room was made. Throws Unwritable unless it is 32 hex digits. */
export function putUuid(bytes: Buffer, at: number, uuid: string): void {
  if (uuid.length === 32) {
    if (uuid === zeroUuid) {
      bytes.fill(0, at, at + 16)
      return
    }
    if (bytes.write(uuid, at, 16, 'hex') === 16) return
  }
  throw new Unwritable(`not a uuid of 32 hex digits: ${uuid}`)
}
