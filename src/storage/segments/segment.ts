/** One `.log` file with its indexes. */
import { bufferPool } from '../../platform/buffer-pool'
import {
  baseOffsetAt,
  batchBytesAt,
  batchHeaderBytes,
  lastOffsetAt,
  maxTimestampAt,
} from '../../protocol/records/batch'
import type { BatchFacts } from '../batches'
import { CorruptLog, type StorageFault } from '../fault'
import type { BatchVisitor, TimestampedOffset } from '../log'
import { firstRecordSince } from '../record-times'
import type { Handle } from './handles'
import { Hints } from './hints'
import { pathOf, segmentFileName } from './layout'
import { OffsetIndex } from './offset-index'
import type { ActiveSegment } from './roll'
import { noSizes, type SegmentRead, type SegmentSetting } from './segment-setting'
import { type Piece, type Sender, Tail } from './tail'
import { TimeIndex } from './time-index'
import { TransactionIndex } from './transaction-index'
import { isHeaderAt, readExactly, walk, type WalkVisitor, type Walked } from './walk'

const headerChunkBytes = 4096
const scanChunkBytes = 256 * 1024

export class Segment implements ActiveSegment {
  readonly baseOffset: number
  readonly createdMs: number
  readonly jitterMs: number
  readonly log: Handle
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  readonly transactions: TransactionIndex
  readonly #setting: SegmentSetting
  readonly tail: Tail
  readonly #hints = new Hints()
  readonly #header = Buffer.alloc(batchHeaderBytes)
  #sizeBytes: number
  #nextOffset: number
  #bytesSinceIndex = 0
  #firstTimestampMs: number | null = null
  #maxTimestampMs = -1
  #maxTimestampOffset = -1
  /** Counts changes of the file; what a sync that began at some count made durable is known by it. */
  #changes = 0
  #syncedChanges = 0
  #indexesDirty = false

  /** A segment that is there. `nextOffset` is where the next one begins; the last one learns it by `readTail`. */
  constructor(setting: SegmentSetting, baseOffset: number, nextOffset: number, jitterMs: number, sizes = noSizes) {
    const handle = (kind: 'log' | 'index' | 'timeindex' | 'txnindex') =>
      setting.handles.of(pathOf(setting.directory, segmentFileName(baseOffset, kind) + (setting.suffix ?? '')))
    this.#setting = setting
    this.baseOffset = baseOffset
    this.#nextOffset = nextOffset
    this.jitterMs = jitterMs
    this.createdMs = setting.nowMs()
    this.log = handle('log')
    this.tail = new Tail(this.log, setting.health)
    this.#sizeBytes = sizes.log
    this.offsetIndex = new OffsetIndex(handle('index'), baseOffset)
    this.timeIndex = new TimeIndex(handle('timeindex'), baseOffset)
    this.offsetIndex.entries.attach(sizes.index)
    this.timeIndex.entries.attach(sizes.timeindex)
    this.transactions = new TransactionIndex(handle('txnindex'), sizes.txnindex)
  }

  /** A new segment: makes its file. Throws what the disk throws. */
  static begin(setting: SegmentSetting, baseOffset: number, jitterMs: number): Segment {
    const segment = new Segment(setting, baseOffset, baseOffset, jitterMs)
    segment.log.file(true).truncateSync(0)
    segment.offsetIndex.entries.begin()
    segment.timeIndex.entries.begin()
    return segment
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get nextOffset(): number {
    return this.#nextOffset
  }

  get dirty(): boolean {
    return this.#syncedChanges !== this.#changes || this.#indexesDirty || this.transactions.dirty
  }

  get indexesFull(): boolean {
    const { segmentIndexBytes } = this.#setting.config()
    return this.offsetIndex.isFull(segmentIndexBytes) || this.timeIndex.isFull(segmentIndexBytes)
  }

  /** Largest timestamp of the first batch; -1 when there is none. */
  get firstTimestampMs(): number {
    if (this.#firstTimestampMs === null && this.#sizeBytes > 0) {
      this.#firstTimestampMs = maxTimestampAt(readExactly(this.log, this.#header, 0))
    }
    return this.#firstTimestampMs ?? -1
  }

  /** -1 when no record has one. */
  get maxTimestampMs(): number {
    if (this.#maxTimestampMs < 0) this.#maxTimestampMs = this.timeIndex.lastTimestampMs
    return this.#maxTimestampMs
  }

  /**
   * Puts batches at the end. `copy` holds the same bytes, which `writeOut` writes; without one they are written at once.
   * Throws StorageFault, and then nothing of them is left.
   */
  append(batches: Buffer, facts: BatchFacts, copy: Buffer | null = null): void {
    this.#changes += 1
    if (copy === null) this.tail.write([batches], this.#sizeBytes)
    else this.tail.stage(copy, this.#sizeBytes, facts.first)
    this.#added(batches, facts)
  }

  /** Puts batches at the end, which a thread writes. Nothing may be staged. */
  send(piece: Piece, facts: BatchFacts, log: Sender): void {
    this.tail.send(piece, this.#sizeBytes, facts.first, facts.last + 1, {
      begun: end => log.begun(end),
      landed: end => {
        this.#changes += 1
        log.landed(end)
      },
      failed: fault => log.failed(this.#cutBack(fault)),
    })
    this.#added(piece.bytes, facts)
  }

  #added(batches: Buffer, facts: BatchFacts): void {
    const position = this.#sizeBytes
    for (let at = 0; at < batches.length; at += batchBytesAt(batches, at)) this.#account(batches, at, position + at)
    this.#sizeBytes += batches.length
    this.#nextOffset = facts.last + 1
    this.#hints.add(facts.first, position)
  }

  /** Writes what is staged. Throws StorageFault, and then the segment ends where the file does. */
  writeStaged(): void {
    if (!this.tail.isStaged) return
    this.#changes += 1
    try {
      this.tail.writeOut()
    } catch (error) {
      throw this.#cutBack(error as StorageFault)
    }
  }

  /** Writes what a thread has been given to write. Throws StorageFault, and then that is as it was. */
  overtake(): void {
    this.#changes += 1
    this.tail.overtake()
  }

  /** The segment ends where the file does. */
  #cutBack(fault: StorageFault): StorageFault {
    try {
      this.cutAt(this.tail.bytes, this.tail.offset)
      return fault
    } catch (error) {
      return this.#setting.health.fail(`cutting ${this.log.path} after a failed write`, error)
    }
  }

  /**
   * Bytes of whole batches: from the one that holds `from`, up to one that reaches `upTo`, at most `maxBytes` unless it is
   * the first and `force` is set. Null when there is none; `more` tells that only the segment came to its end.
   */
  read(from: number, upTo: number, maxBytes: number, force: boolean): SegmentRead {
    const begin = this.locate(from)
    const limit = this.#limit(upTo)
    const roomBytes = limit - begin
    if (roomBytes <= 0) return { bytes: null, owner: null, more: limit === this.#sizeBytes }
    if (roomBytes <= maxBytes) {
      const { bytes, owner } = this.#readPooled(begin, roomBytes)
      if (limit < this.#sizeBytes) this.#hints.add(upTo, limit)
      return { bytes, owner, more: limit === this.#sizeBytes }
    }
    return { ...this.#readWhole(begin, maxBytes, force), more: false }
  }

  /** Where reading up to an offset ends; never in what is not written. */
  #limit(upTo: number): number {
    if (this.tail.isBehind && upTo >= this.tail.offset) return this.tail.bytes
    return upTo >= this.#nextOffset ? this.#sizeBytes : this.locate(upTo)
  }

  /** Position of the first batch that reaches `offset`; the size of the file when none does. */
  locate(offset: number): number {
    if (offset >= this.#nextOffset) return this.#sizeBytes
    if (offset <= this.baseOffset) return 0
    const known = this.#hints.find(offset)
    if (known >= 0) return known
    const found = this.#locateFrom(this.offsetIndex.lookup(offset), offset)
    if (found !== null) return found
    // The index lies: it points beyond the offset, or at no batch. What it knew is in the log.
    this.reindex()
    const again = this.#locateFrom(this.offsetIndex.lookup(offset), offset)
    if (again === null) throw new CorruptLog(this.log.path, `no batch is found on the way to offset ${offset}`)
    return again
  }

  /** First offset of the batch that reaches `offset` first; the next offset when none does. */
  boundary(offset: number): number {
    const position = this.locate(offset)
    if (position === this.#sizeBytes) return this.#nextOffset
    return baseOffsetAt(readExactly(this.log, this.#header, position))
  }

  /** False when `visit` asked to stop. Throws CorruptLog. */
  forEachBatch(from: number, visit: BatchVisitor): boolean {
    return this.#walk(this.locate(from), true, scanChunkBytes, visit)
  }

  /** As `forEachBatch`, but the visitor may look at headers only. */
  forEachHeader(from: number, visit: BatchVisitor): boolean {
    return this.#walk(this.locate(from), false, headerChunkBytes, visit)
  }

  findByTime(timestampMs: number, from: number): TimestampedOffset | null {
    if (this.maxTimestampMs < timestampMs) return null
    const offset = Math.max(this.timeIndex.lookup(timestampMs), from)
    let found: TimestampedOffset | null = null
    this.#walk(this.locate(offset), false, headerChunkBytes, (buffer, at, position) => {
      if (maxTimestampAt(buffer, at) < timestampMs || lastOffsetAt(buffer, at) < from) return true
      const batch = Buffer.allocUnsafe(batchBytesAt(buffer, at))
      readExactly(this.log, batch, position)
      found = firstRecordSince(batch, 0, timestampMs, from)
      return found === null
    })
    return found
  }

  /** Cuts off the batches that reach `end`. */
  truncateTo(end: number): void {
    this.cutAt(this.locate(end), end)
  }

  /** Cuts the file at a position, and forgets what indexes say of `end` and above. */
  cutAt(position: number, end: number): void {
    this.log.file().truncateSync(position)
    this.#sizeBytes = position
    this.#changes += 1
    if (position === 0) this.#firstTimestampMs = null
    this.offsetIndex.truncateTo(end)
    this.timeIndex.truncateTo(end)
    this.transactions.truncateTo(end)
    this.readTail()
  }

  /**
   * Learns from the batches after the last index entry what the segment holds, and indexes them. Tells where that ended:
   * elsewhere than at the end of the file when there are bytes that are no batch.
   */
  readTail(): Walked {
    this.#hints.clear()
    this.#nextOffset = this.baseOffset
    this.#bytesSinceIndex = 0
    this.#maxTimestampMs = this.timeIndex.lastTimestampMs
    this.#maxTimestampOffset = this.timeIndex.lastOffset
    const from = this.offsetIndex.lastPosition
    const range = { from, to: this.#sizeBytes, whole: false, chunkBytes: headerChunkBytes }
    return walk(this.log.file(), range, (buffer, at, position) => {
      this.#account(buffer, at, position)
      this.#nextOffset = lastOffsetAt(buffer, at) + 1
    })
  }

  /** Builds both indexes anew from the batches. Throws CorruptLog. */
  reindex(): void {
    const complete = !this.offsetIndex.entries.isHeld
    const nextOffset = this.#nextOffset
    this.offsetIndex.entries.begin()
    this.timeIndex.entries.begin()
    const walked = this.readTail()
    if (walked.why !== 'end') throw new CorruptLog(this.log.path, `no batch at ${walked.position}`)
    if (complete) {
      this.complete()
      this.#nextOffset = nextOffset
    }
  }

  /** Nothing more will be appended: the time index gets its last entry, and the indexes go to their files. */
  complete(): void {
    this.saveIndexes()
    this.offsetIndex.entries.release()
    this.timeIndex.entries.release()
  }

  /** What was compacted away reaches up to there. */
  endAt(nextOffset: number): void {
    this.#nextOffset = nextOffset
  }

  saveIndexes(): void {
    this.timeIndex.maybeAppend(this.#maxTimestampMs, this.#maxTimestampOffset)
    this.offsetIndex.entries.save()
    this.timeIndex.entries.save()
    this.#indexesDirty = true
  }

  /** What is in the file is not known to be on the disk. */
  distrust(): void {
    this.#changes += 1
  }

  /** Resolves when what was written before is on the disk. */
  async sync(): Promise<void> {
    const changes = this.#changes
    const syncs: Promise<void>[] = []
    if (this.#syncedChanges !== changes) syncs.push(this.log.sync())
    if (this.#indexesDirty) syncs.push(this.offsetIndex.entries.handle.sync(), this.timeIndex.entries.handle.sync())
    if (this.transactions.dirty) syncs.push(this.transactions.handle.sync())
    this.#indexesDirty = false
    this.transactions.dirty = false
    await Promise.all(syncs)
    this.#syncedChanges = changes
  }

  handles(): Handle[] {
    const indexes = [this.offsetIndex.entries.handle, this.timeIndex.entries.handle]
    return this.transactions.isEmpty ? [this.log, ...indexes] : [this.log, ...indexes, this.transactions.handle]
  }

  async close(): Promise<void> {
    this.tail.stop()
    await Promise.all([...this.handles(), this.transactions.handle].map(handle => handle.close()))
  }

  /** Keeps count of a batch, and enters it into the indexes when enough bytes came before. */
  #account(buffer: Buffer, at: number, position: number): void {
    const { offsetIndex, timeIndex } = this
    const timestampMs = maxTimestampAt(buffer, at)
    const lastOffset = lastOffsetAt(buffer, at)
    if (timestampMs > this.#maxTimestampMs) {
      this.#maxTimestampMs = timestampMs
      this.#maxTimestampOffset = lastOffset
    }
    if (position === 0) this.#firstTimestampMs = timestampMs
    if (this.#bytesSinceIndex > this.#setting.config().indexIntervalBytes) {
      offsetIndex.append(lastOffset, position)
      timeIndex.maybeAppend(this.#maxTimestampMs, this.#maxTimestampOffset)
      this.#bytesSinceIndex = 0
    }
    this.#bytesSinceIndex += batchBytesAt(buffer, at)
  }

  /** Null when the way from `start` does not lead to `offset`. */
  #locateFrom(start: number, offset: number): number | null {
    let found: number | null = null
    const range = { from: start, to: this.#sizeBytes, whole: false, chunkBytes: headerChunkBytes }
    const walked = walk(this.log.file(), range, (buffer, at, position) => {
      const beyond = position === start && start > 0 && baseOffsetAt(buffer, at) > offset
      if (beyond || lastOffsetAt(buffer, at) < offset) return !beyond
      found = position
      return false
    })
    return walked.why === 'end' ? this.#sizeBytes : found
  }

  #walk(from: number, whole: boolean, chunkBytes: number, visit: WalkVisitor): boolean {
    const walked = walk(this.log.file(), { from, to: this.#sizeBytes, whole, chunkBytes }, visit)
    if (walked.why === 'not a batch') throw new CorruptLog(this.log.path, `no batch at ${walked.position}`)
    return walked.why === 'end'
  }

  /** As many whole batches from `begin` on as `maxBytes` holds; there are more bytes than that. */
  #readWhole(begin: number, maxBytes: number, force: boolean): { bytes: Buffer | null; owner: Buffer | null } {
    const firstBytes = this.#batchBytesAt(begin)
    if (firstBytes > maxBytes) return force ? this.#readPooled(begin, firstBytes) : { bytes: null, owner: null }
    const { bytes, owner } = this.#readPooled(begin, maxBytes)
    let at = Math.max(0, this.offsetIndex.boundaryBelow(begin + maxBytes - 1) - begin)
    let last = -1
    while (at + batchHeaderBytes <= maxBytes && isHeaderAt(bytes, at, maxBytes - at)) {
      last = at
      at += batchBytesAt(bytes, at)
    }
    if (last >= 0) this.#hints.add(lastOffsetAt(bytes, last) + 1, begin + at)
    return { bytes: bytes.subarray(0, at), owner }
  }

  /** What the batch at a position says of its length; looked at first, so that a long one is not read twice. */
  #batchBytesAt(position: number): number {
    readExactly(this.log, this.#header, position)
    if (isHeaderAt(this.#header, 0, this.#sizeBytes - position)) return batchBytesAt(this.#header, 0)
    throw new CorruptLog(this.log.path, `no batch at ${position}`)
  }

  #readPooled(position: number, sizeBytes: number): { bytes: Buffer; owner: Buffer } {
    const owner = bufferPool.take(sizeBytes)
    const bytes = owner.subarray(0, sizeBytes)
    readExactly(this.log, bytes, position)
    return { bytes, owner }
  }
}
