/**
 * Where the embedded store keeps its transactions: two plain files in the data directory, so that an Apache Kafka which
 * opens the same directory passes them by (a directory of this name would stop it).
 *
 * A file is a row of frames: `ODM1`, payload length, CRC-32C of the payload, JSON. One frame is written at a time and
 * synced before the next, so a crash can damage the last one only. Damage that has a whole frame behind it is
 * corruption: nothing is cut, and the store does not open.
 */
import type { File, Files } from '../../platform/files'
import { crc32c } from '../../protocol/records/crc32c'
import { CorruptLog, StorageFault } from '../../storage/fault'
import type { Revision, StoreEntry, StoreEvent } from './store'

export const journalName = 'odradek-metadata.log'
export const snapshotName = 'odradek-metadata.snapshot'

/** What one transaction changed. */
export interface JournalEntry {
  readonly revision: Revision
  readonly events: readonly StoreEvent[]
}

export interface StoreSnapshot {
  readonly format: 1
  readonly storeId: string
  readonly revision: Revision
  readonly entries: readonly StoreEntry[]
}

const magic = Buffer.from('ODM1')
/** What all formats begin with. */
const family = magic.subarray(0, 3)
const headerBytes = 12
/** A journal is not folded into a snapshot before it has this size, nor before it is larger than the snapshot. */
const foldAtBytes = 4 * 1024 * 1024
const pageBytes = 1 << 20

export class StoreJournal {
  readonly #files: Files
  readonly #directory: string
  readonly #file: File
  #sizeBytes: number
  #snapshotBytes: number
  #lost = false

  private constructor(files: Files, directory: string, file: File, sizeBytes: number, snapshotBytes: number) {
    this.#files = files
    this.#directory = directory
    this.#file = file
    this.#sizeBytes = sizeBytes
    this.#snapshotBytes = snapshotBytes
  }

  /**
   * Opens or makes the files of a directory and reads what they hold. A torn last frame is cut. Throws CorruptLog when
   * a frame is damaged that no crash can have damaged (none can if the last process `endedCleanly`), and StorageFault
   * when a newer version wrote the files.
   */
  static async open(files: Files, directory: string, newStoreId: () => string, endedCleanly = false) {
    const snapshotPath = `${directory}/${snapshotName}`
    const isNew = !files.stat(snapshotPath)
    let snapshot: StoreSnapshot
    let snapshotBytes = 0
    if (!isNew) {
      const content = files.readFile(snapshotPath)
      snapshotBytes = content.length
      snapshot = readSnapshot(content, snapshotPath)
    } else {
      snapshot = { format: 1, storeId: newStoreId(), revision: 0, entries: [] }
      await files.replaceFile(snapshotPath, frame(snapshot))
    }
    const path = `${directory}/${journalName}`
    const file = files.open(path, { create: true })
    const { entries, wholeBytes, last } = readJournal(file, path)
    const cutBytes = file.size() - wholeBytes
    if (cutBytes > 0 && endedCleanly) throw new CorruptLog(path, `damaged from byte ${wholeBytes} to its end`)
    if (cutBytes > 0) file.truncateSync(wholeBytes)
    // A failed sync leaves pages that the system shows and will never write. Only those of the last frame can be such, and
    // writing them again makes the sync that follows mean what it says.
    file.writeSync([last], wholeBytes - last.length)
    await file.sync()
    await files.syncDir(directory)
    // A crash may have come between the snapshot and the cut of the journal it holds.
    const later = entries.filter(entry => entry.revision > snapshot.revision)
    return {
      journal: new StoreJournal(files, directory, file, wholeBytes, snapshotBytes),
      snapshot,
      later,
      isNew,
      cutBytes,
    }
  }

  /** Whether the files are in a state that only opening them anew can tell. */
  get isLost(): boolean {
    return this.#lost
  }

  /** Resolves when the transactions are on the disk. When it rejects, the file is as it was, or the journal is lost. */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    const bytes = frame(entries)
    this.#lost = true
    try {
      this.#file.writeSync([bytes], this.#sizeBytes)
    } catch (error) {
      this.#file.truncateSync(this.#sizeBytes)
      this.#lost = false
      throw error
    }
    await this.#file.sync()
    this.#lost = false
    this.#sizeBytes += bytes.length
  }

  get wantsFolding(): boolean {
    return this.#sizeBytes > Math.max(foldAtBytes, this.#snapshotBytes)
  }

  /**
   * Replaces everything by a snapshot. Where that cannot be written the journal goes on: whichever snapshot is there then, what
   * it lacks is in the journal.
   */
  async fold(snapshot: StoreSnapshot): Promise<void> {
    const bytes = frame(snapshot)
    await this.#files.replaceFile(`${this.#directory}/${snapshotName}`, bytes)
    this.#snapshotBytes = bytes.length
    this.#lost = true
    this.#file.truncateSync(0)
    this.#sizeBytes = 0
    await this.#file.sync()
    this.#lost = false
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function frame(content: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(content))
  const header = Buffer.alloc(headerBytes)
  magic.copy(header)
  header.writeUInt32BE(payload.length, 4)
  header.writeUInt32BE(crc32c(payload), 8)
  return Buffer.concat([header, payload])
}

/** The frame at a place, or null where there is no whole and undamaged one. */
function unframe(bytes: Buffer, at: number): { content: unknown; next: number } | null {
  if (at + headerBytes > bytes.length || !bytes.subarray(at, at + 4).equals(magic)) return null
  const start = at + headerBytes
  const end = start + bytes.readUInt32BE(at + 4)
  if (end > bytes.length || crc32c(bytes, start, end) !== bytes.readUInt32BE(at + 8)) return null
  return { content: JSON.parse(bytes.toString('utf8', start, end)), next: end }
}

/** Throws StorageFault for a file of a format that this version does not know. */
function refuseNewer(bytes: Buffer, path: string): void {
  const isOther = bytes.length >= 4 && bytes.subarray(0, 3).equals(family) && !bytes.subarray(0, 4).equals(magic)
  if (!isOther) return
  const format = bytes.toString('latin1', 3, 4)
  throw new StorageFault(
    `${path} has format ${format}; this version reads format 1. A newer version wrote it: run that version`,
  )
}

function readSnapshot(bytes: Buffer, path: string): StoreSnapshot {
  refuseNewer(bytes, path)
  const found = unframe(bytes, 0)
  if (found === null || found.next !== bytes.length) throw new CorruptLog(path, 'the metadata snapshot is damaged')
  const snapshot = found.content as { format: number }
  if (snapshot.format !== 1)
    throw new StorageFault(`${path} has format ${snapshot.format}; this version reads format 1`)
  return snapshot as StoreSnapshot
}

interface ReadJournal {
  readonly entries: JournalEntry[]
  readonly wholeBytes: number
  /** The bytes of the last whole frame; none when there is no frame. */
  readonly last: Buffer
}

function readJournal(file: File, path: string): ReadJournal {
  const bytes = readAll(file)
  refuseNewer(bytes, path)
  const entries: JournalEntry[] = []
  let at = 0
  let lastAt = 0
  for (let found = unframe(bytes, at); found !== null; found = unframe(bytes, at)) {
    entries.push(...(found.content as JournalEntry[]))
    lastAt = at
    at = found.next
  }
  for (let next = bytes.indexOf(magic, at + 1); next >= 0; next = bytes.indexOf(magic, next + 1)) {
    if (unframe(bytes, next)) throw new CorruptLog(path, `damaged at byte ${at}, with whole transactions behind it`)
  }
  return { entries, wholeBytes: at, last: bytes.subarray(lastAt, at) }
}

function readAll(file: File): Buffer {
  const bytes = Buffer.alloc(file.size())
  for (let at = 0; at < bytes.length; at += pageBytes) file.readSync(bytes.subarray(at, at + pageBytes), at)
  return bytes
}
