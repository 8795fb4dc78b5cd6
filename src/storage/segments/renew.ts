/**
 * Segments that a Kafka before 0.11 wrote, in message sets of magic 0 or 1, are written anew in batches of format v2 before
 * a log is opened: offsets and times stay what they are, and nobody above has to know of other formats. Such segments are
 * the oldest of a log; the last of them may go on in v2, if its broker was upgraded meanwhile.
 */
import type { File } from '../../platform/files'
import { batchBytesAt, lastOffsetAt, logOverheadBytes, magicAt } from '../../protocol/records/batch'
import { CorruptRecord } from '../../protocol/records/corrupt'
import { storedAnew } from '../../protocol/records/legacy'
import { CorruptLog } from '../fault'
import { names, parseSegmentFileName, pathOf, segmentFileName } from './layout'
import type { LogSetting } from './log-setting'
import { finishSwaps } from './swaps'

/** Up to and with the magic, which every format has at the same place. */
const magicEnd = 17
/** The shortest message of magic 0, without its offset and its size. */
const shortestBytes = 14
/** So many bytes of messages become one batch at most, if they are not one message. */
const runBytes = 64 * 1024
/** A tail of zeroes that a crash leaves is no longer. */
const zeroesMax = 64 * 1024 * 1024
/** How much is written before others get their turn. */
const budgetBytes = 32 * 1024 * 1024

/**
 * Rejects with CorruptLog, and leaves the files as they are, for damage; except at the end of a log that was not closed,
 * where a crash explains it. A log whose first message is no good one is left to its recovery.
 */
export async function renewOldSegments(setting: LogSetting, clean: boolean): Promise<void> {
  const { files, directory } = setting
  const bases = files.list(directory).flatMap(name => {
    const file = parseSegmentFileName(name)
    return file?.kind === 'log' ? [file.baseOffset] : []
  })
  bases.sort((a, b) => a - b)
  for (const base of bases) {
    const source = files.open(pathOf(directory, segmentFileName(base, 'log')), { readOnly: true })
    try {
      const entries = new Entries(source)
      if (entries.end === 0) continue
      if (!entries.beginsOld()) return
      await renew(setting, entries, base, !clean && base === bases.at(-1))
    } finally {
      await source.close()
    }
  }
}

async function renew(setting: LogSetting, entries: Entries, base: number, mayBeTorn: boolean): Promise<void> {
  const { files, directory, logger, mark } = setting
  const path = pathOf(directory, segmentFileName(base, 'log'))
  const cleaned = `${path}${names.cleanedSuffix}`
  await files.remove(cleaned)
  const target = files.open(cleaned, { create: true, exclusive: true })
  try {
    const { damage, nextOffset } = await rewrite(setting, entries, target)
    const { position } = entries
    if (damage !== null) {
      if (!mayBeTorn || !entries.isTorn() || nextOffset < mark.recovery) {
        throw new CorruptLog(path, `is damaged at ${position} (offset ${nextOffset}): ${damage}`)
      }
      const cutBytes = entries.end - position
      logger.warn('storage.log_cut', { path, position, nextOffset, cutBytes, why: 'the last write was torn' })
    }
    await target.sync()
  } catch (error) {
    await files.remove(cleaned)
    throw error
  } finally {
    await target.close()
  }
  // Without indexes a log is read, and they are made; with those of other bytes it would be misread.
  for (const kind of ['index', 'timeindex'] as const) await files.remove(pathOf(directory, segmentFileName(base, kind)))
  await files.syncDir(directory)
  await files.rename(cleaned, `${path}${names.swapSuffix}`)
  await finishSwaps(files, directory)
  logger.info('storage.segment_renewed', { path })
}

/** Writes what is good, and stops where that ends. */
async function rewrite({ timers }: LogSetting, entries: Entries, target: File) {
  let nextOffset = 0
  let written = 0
  let pauseAt = budgetBytes
  let maxBytes = runBytes
  while (entries.position < entries.end) {
    try {
      const run = entries.peek(maxBytes)
      const bytes = magicAt(run) === 2 ? run : storedAnew(run)
      target.writeSync([bytes], written)
      written += bytes.length
      entries.position += run.length
      for (let at = 0; at < bytes.length; at += batchBytesAt(bytes, at)) nextOffset = lastOffsetAt(bytes, at) + 1
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error
      if (maxBytes === 0) return { damage: error.message, nextOffset }
      // Once more, message by message, to find out which it is.
      maxBytes = 0
    }
    if (written < pauseAt) continue
    pauseAt = written + budgetBytes
    await new Promise<void>(resolve => void timers.after(0, resolve))
  }
  return { damage: null, nextOffset }
}

/** Reads a file run by run: some messages of magic 0 or 1 that stand together, or one batch of format v2. */
class Entries {
  readonly end: number
  position = 0
  readonly #file: File
  readonly #header = Buffer.alloc(magicEnd)

  constructor(file: File) {
    this.#file = file
    this.end = file.size()
  }

  /** Whether the first message is a good one of magic 0 or 1. */
  beginsOld(): boolean {
    const first = this.#whole(0)
    if (first === null || first.magic === 2) return false
    try {
      return storedAnew(this.peek(0)).length > 0
    } catch (error) {
      if (error instanceof CorruptRecord) return false
      throw error
    }
  }

  /** What stands at the position: one entry at least, others up to `maxBytes`. Throws CorruptRecord where no whole entry is. */
  peek(maxBytes: number): Buffer {
    const from = this.position
    const first = this.#whole(from)
    if (first === null) throw new CorruptRecord('no whole message')
    let end = from + first.sizeBytes
    while (first.magic < 2 && end - from < maxBytes) {
      const after = this.#whole(end)
      if (after === null || after.magic !== first.magic || end + after.sizeBytes - from > maxBytes) break
      end += after.sizeBytes
    }
    const run = Buffer.allocUnsafe(end - from)
    this.#file.readSync(run, from)
    return run
  }

  /** Whether nothing can follow what stands at the position: it reaches to the end of the file or beyond, or is all zeroes. */
  isTorn(): boolean {
    const rest = this.end - this.position
    const head = Buffer.alloc(Math.min(rest, logOverheadBytes))
    this.#file.readSync(head, this.position)
    if (head.length < logOverheadBytes || logOverheadBytes + head.readInt32BE(8) >= rest) return true
    const bytes = Buffer.alloc(Math.min(rest, zeroesMax))
    this.#file.readSync(bytes, this.position)
    return rest <= zeroesMax && bytes.every(byte => byte === 0)
  }

  #whole(at: number): Entry | null {
    if (at + magicEnd > this.end) return null
    this.#file.readSync(this.#header, at)
    const sizeBytes = this.#header.readInt32BE(8)
    const magic = magicAt(this.#header)
    const isEntry =
      sizeBytes >= shortestBytes && at + logOverheadBytes + sizeBytes <= this.end && magic >= 0 && magic <= 2
    return isEntry ? { magic, sizeBytes: logOverheadBytes + sizeBytes } : null
  }
}

interface Entry {
  readonly magic: number
  readonly sizeBytes: number
}
