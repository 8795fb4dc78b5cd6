/**
 * Message sets, the record formats before Kafka 0.11: magic 0, and magic 1 with timestamps (KIP-32). Produce v0-2 brings
 * them and Fetch v0-3 asks for them; nothing is stored in them here, and what a Kafka of that time stored is written anew.
 *
 *     { offset (8)  size (4)  CRC-32 (4)  magic (1)  attributes (1)  [timestamp (8)]  key length (4) key  value length value }...
 *
 * A compressed set is one message whose value is a compressed set. Offsets inside of it are those of the log in magic 0,
 * and in magic 1 distances from the first, with the wrapper bearing the offset of the last (KIP-31).
 */
import { crc32 } from 'node:zlib'
import { type ErrorName, Refusal } from '../errors'
import { int64Of } from '../wire/reader'
import { attributeBits, logOverheadBytes } from './batch'
import { compressionOf, decompress, decompressedBytesMax } from './compression'
import { CorruptRecord, corrupt } from './corrupt'
import { buildBatch } from './records'

export interface LegacyMessage {
  readonly offset: number
  /** -1 where the format has none. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

interface Entry extends LegacyMessage {
  readonly magic: number
  readonly attributes: number
  readonly end: number
}

/** CRC, magic, attributes and two lengths. */
export const overheadBytes = [14, 22] as const

const twoFormats = (): Refusal => new Refusal('INVALID_RECORD', 'Records of two formats in one message set')

/** The message at `at`, its CRC checked; null when it does not end within the set, as the last one fetched may not. */
function entryAt(set: Buffer, at: number): Entry | null {
  if (set.length - at < logOverheadBytes) return null
  const sizeBytes = set.readInt32BE(at + 8)
  if (sizeBytes < overheadBytes[0]) return corrupt(`a message of ${sizeBytes} bytes`)
  const from = at + logOverheadBytes
  const end = from + sizeBytes
  if (end > set.length) return null
  const magic = set.readInt8(from + 4)
  if (magic === 2) throw twoFormats()
  if (magic !== 0 && magic !== 1) return corrupt(`a message of magic ${magic}`)
  if (sizeBytes < overheadBytes[magic]) return corrupt(`a message of ${sizeBytes} bytes`)
  if (crc32(set.subarray(from + 4, end)) !== set.readUInt32BE(from)) return corrupt('a message fails its CRC')
  const fields = from + (magic === 0 ? 6 : 14)
  const key = fieldAt(set, fields, end)
  const value = fieldAt(set, fields + 4 + (key?.length ?? 0), end)
  return {
    offset: int64Of(set.readInt32BE(at), set.readUInt32BE(at + 4)),
    timestampMs: magic === 0 ? -1 : int64Of(set.readInt32BE(from + 6), set.readUInt32BE(from + 10)),
    key,
    value,
    magic,
    attributes: set.readInt8(from + 5),
    end,
  }
}

function fieldAt(set: Buffer, at: number, end: number): Buffer | null {
  if (at + 4 > end) return corrupt('a message is shorter than its fields')
  const sizeBytes = set.readInt32BE(at)
  if (sizeBytes < 0) return null
  return at + 4 + sizeBytes > end
    ? corrupt('a field is longer than its message')
    : set.subarray(at + 4, at + 4 + sizeBytes)
}

function* entriesOf(set: Buffer): Iterable<Entry> {
  for (let at = 0; ; ) {
    const entry = entryAt(set, at)
    if (entry === null) return
    yield entry
    at = entry.end
  }
}

/**
 * All messages of a set, those of a compressed one too, without a last one that is cut short. Throws CorruptRecord for
 * damage and when a set would become more than `maxBytes`, and INVALID_RECORD for a set of two formats.
 */
export function messagesOf(set: Buffer, maxBytes = decompressedBytesMax): LegacyMessage[] {
  const messages: LegacyMessage[] = []
  for (const entry of entriesOf(set)) {
    if ((entry.attributes & attributeBits.compression) === 0) messages.push(plain(entry))
    else messages.push(...unwrapped(entry, maxBytes))
  }
  return messages
}

const plain = ({ offset, timestampMs, key, value }: Entry): LegacyMessage => ({ offset, timestampMs, key, value })

/** Damage inside of a compressed message, of which Kafka says something else than of damage outside. */
class CorruptInside extends CorruptRecord {
  readonly error: ErrorName

  constructor(error: ErrorName, says: string) {
    super(`a compressed message: ${says}`)
    this.error = error
  }
}

/** What Kafka 3.9 expects, and what it did not. */
const notValid = (says: string): never => {
  throw new CorruptInside('INVALID_RECORD', says)
}
const unexpected = (says: string): never => {
  throw new CorruptInside('UNKNOWN_SERVER_ERROR', says)
}

function unwrapped(wrapper: Entry, maxBytes: number): LegacyMessage[] {
  const { attributes, magic, offset, timestampMs } = wrapper
  const inner = innerEntries(opened(wrapper, maxBytes), magic)
  const last = inner.at(-1) ?? notValid('it holds none')
  const base = magic === 0 ? 0 : offset - last.offset
  const stamped = (attributes & attributeBits.timestampType) !== 0
  return inner.map(entry => {
    const message = plain(entry)
    return { ...message, offset: base + entry.offset, timestampMs: stamped ? timestampMs : message.timestampMs }
  })
}

function opened({ attributes, magic, value }: Entry, maxBytes: number): Buffer {
  const codec = attributes & attributeBits.compression
  if (value === null) return notValid('it has no value')
  if (codec === compressionOf('zstd')) return notValid('it is in a compression that its format does not know')
  try {
    return decompress(codec, value, maxBytes, magic)
  } catch (error) {
    if (!(error instanceof CorruptRecord) || error.tooLarge) throw error
    return unexpected(error.message)
  }
}

function innerEntries(set: Buffer, magic: number): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; ; at = entries.at(-1)!.end) {
    checkInner(set, at, magic)
    const entry = entryAt(set, at)
    if (entry === null) return entries
    if ((entry.attributes & attributeBits.compression) !== 0) notValid('it holds another one')
    entries.push(entry)
  }
}

/** What is no message of the wrapper's format, if it is there. */
function checkInner(set: Buffer, at: number, magic: number): void {
  if (set.length - at <= logOverheadBytes + 4) return
  const sizeBytes = set.readInt32BE(at + 8)
  if (sizeBytes < overheadBytes[0] || at + logOverheadBytes + sizeBytes > set.length) return
  const found = set.readInt8(at + logOverheadBytes + 4)
  if (found === 2) unexpected('it holds batches')
  if (found !== magic) notValid('it holds messages of another format')
  if (sizeBytes < overheadBytes[magic as 0 | 1]) unexpected(`it holds a message of ${sizeBytes} bytes`)
}

/**
 * A produced message set as one batch of format v2 in the compression that it came in; null when there is no message.
 * Throws CORRUPT_MESSAGE, INVALID_RECORD for a set of two formats, for a compressed message that is not alone and for one
 * that does not hold what it should, UNKNOWN_SERVER_ERROR for one that cannot be opened, and MESSAGE_TOO_LARGE (all but
 * the last as seen from Kafka 3.9, the last that took such sets).
 */
export function upConverted(set: Buffer, maxBytes = decompressedBytesMax): Buffer | null {
  try {
    const entries = [...entriesOf(set)]
    if (entries.some(entry => entry.magic !== entries[0]!.magic)) throw twoFormats()
    const codecs = entries.map(entry => entry.attributes & attributeBits.compression)
    const compression = codecs.find(codec => codec !== 0) ?? 0
    if (compression !== 0 && entries.length > 1) {
      throw new Refusal('INVALID_RECORD', 'Compressed outer record has more than one batch')
    }
    if (entries.length === 0) return null
    const records = messagesOf(set, maxBytes).map(({ timestampMs, key, value }) => ({ timestampMs, key, value }))
    return buildBatch({ records, compression })
  } catch (error) {
    if (!(error instanceof CorruptRecord)) throw error
    if (error instanceof CorruptInside) throw new Refusal(error.error, error.message)
    throw new Refusal(error.tooLarge ? 'MESSAGE_TOO_LARGE' : 'CORRUPT_MESSAGE', error.message)
  }
}

/**
 * A set as it was stored, in batches of format v2: every message keeps its offset and its time, what was compressed stays
 * together and is compressed alike. Throws CorruptRecord for damage, and also for a message that is cut short.
 */
export function storedAnew(set: Buffer, maxBytes = decompressedBytesMax): Buffer {
  const batches: Buffer[] = []
  let run: Entry[] = []
  const endRun = () => {
    if (run.length > 0) batches.push(batchOf(run.map(plain), 0, isStamped(run[0]!)))
    run = []
  }
  let end = 0
  for (const entry of entriesOf(set)) {
    end = entry.end
    const compression = entry.attributes & attributeBits.compression
    const [before] = run
    // All of a batch that the broker stamped have one time.
    const isSame = before && isStamped(before) === isStamped(entry)
    if (compression !== 0 || !isSame || (isStamped(entry) && before.timestampMs !== entry.timestampMs)) endRun()
    if (compression === 0) run.push(entry)
    else batches.push(batchOf(unwrapped(entry, maxBytes), compression, isStamped(entry)))
  }
  endRun()
  if (end !== set.length) corrupt('a message is cut short')
  return Buffer.concat(batches)
}

const isStamped = ({ magic, attributes }: Entry): boolean =>
  magic === 1 && (attributes & attributeBits.timestampType) !== 0

/** Offsets ascend; those that compaction took are missing. */
function batchOf(messages: readonly LegacyMessage[], compression: number, stamped: boolean): Buffer {
  const baseOffset = messages[0]!.offset
  const records = messages.map(({ offset, timestampMs, key, value }, nth) => {
    if (nth > 0 && offset <= messages[nth - 1]!.offset) corrupt('offsets of messages do not ascend')
    return { timestampMs, key, value, offsetDelta: offset - baseOffset }
  })
  return buildBatch({
    records,
    baseOffset,
    compression,
    lastOffsetDelta: records.at(-1)!.offsetDelta,
    ...(stamped ? { logAppendTimeMs: messages[0]!.timestampMs } : {}),
  })
}
