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

const putTexts: string[] = Array.from({ length: slots }, () => zeroUuid)
const putWords = new Int32Array(slots * 4)

/**
 * Writes a uuid at a position of `bytes`, where room was made. `view` lies over the same memory. Throws Unwritable unless
 * it is 32 hex digits.
 */
export function putUuid(bytes: Buffer, view: DataView, at: number, uuid: string): void {
  // The last two digits of a random uuid choose the slot; a byte and a bit of the first ones tell more of them apart.
  const slot =
    (uuid.charCodeAt(31) ^ (uuid.charCodeAt(30) << 2) ^ (uuid.charCodeAt(0) << 4) ^ (uuid.charCodeAt(1) << 6)) &
    (slots - 1)
  const word = slot * 4
  if (putTexts[slot] === uuid) {
    view.setInt32(at, putWords[word] as number)
    view.setInt32(at + 4, putWords[word + 1] as number)
    view.setInt32(at + 8, putWords[word + 2] as number)
    view.setInt32(at + 12, putWords[word + 3] as number)
    return
  }
  if (uuid.length !== 32 || bytes.write(uuid, at, 16, 'hex') !== 16) {
    throw new Unwritable(`not a uuid of 32 hex digits: ${uuid}`)
  }
  putTexts[slot] = uuid
  for (let index = 0; index < 4; index++) putWords[word + index] = view.getInt32(at + index * 4)
}
