/**
 * What is done with a log whose process did not stop cleanly. Everything below the recovery mark is on the disk; above it
 * a crash may have left anything. Good batches are kept; what a crash explains is cut off; what it does not is damage, and
 * then the log is left as it is and not opened.
 */
import { baseOffsetAt, batchBytesAt, lastOffsetAt } from '../../protocol/records/batch'
import { CorruptLog } from '../fault'
import type { Segment } from './segment'
import { findBatch, neverWritten, rewrite, verify, type Verified } from './verify'
import { walk } from './walk'

/** How much is verified before others get their turn. */
const budgetBytes = 32 * 1024 * 1024

export interface RecoverySetting {
  /** Everything below was durable. */
  readonly mark: number
  /** Nothing below can be seen any more, so it may be missing. */
  readonly start: number
  /** Segments may lack offsets at their ends, since compaction removes records. */
  readonly compacted: boolean
  readonly indexIntervalBytes: number
  /**
   * Whether what is kept is written once more. When a sync of the last process failed, the kernel may hold pages that it
   * takes for written, though the disk never got them; a sync would not help then.
   */
  readonly rewrites: boolean
  /** Resolves in another turn of the event loop. */
  readonly pause: () => Promise<void>
  /** Offsets are missing where nothing is damaged: another program took a file, or records were compacted. */
  readonly onGap: (gap: { path: string; from: number; to: number }) => void
  readonly onCut: (cut: { path: string; position: number; nextOffset: number; cutBytes: number; why: string }) => void
  /** A segment behind the end of the log goes, without a byte. */
  readonly onEmpty: (empty: { path: string; endsAt: number }) => void
}

/** Changes of files that are put off until it is known that the log is left open. */
type Change = () => void

/**
 * Goes through the segments, the oldest first, the last of which is the active one. Returns those that have to go: the
 * ones after the place where the log was cut. Rejects with CorruptLog, and then nothing was cut.
 */
export async function recover(segments: readonly Segment[], setting: RecoverySetting): Promise<readonly Segment[]> {
  const changes: Change[] = []
  const removed = await examine(segments, setting, changes)
  for (const change of changes) change()
  return removed
}

async function examine(
  segments: readonly Segment[],
  setting: RecoverySetting,
  changes: Change[],
): Promise<readonly Segment[]> {
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1]
    if (next && next.baseOffset <= setting.mark) {
      changes.push(checkComplete(segment, next.baseOffset, setting))
      continue
    }
    segment.distrust()
    const end = await verifySegment(segment, next?.baseOffset ?? Infinity, setting)
    const isWhole = end.position === segment.sizeBytes
    if (next && (end.nextOffset === next.baseOffset || (isWhole && setting.compacted))) {
      changes.push(() => {
        if (isWhole) segment.readTail()
        else cutTail(segment, end, setting)
        segment.complete()
      })
      continue
    }
    if (isWhole && !next && Math.max(end.nextOffset, setting.start) >= setting.mark) {
      segment.readTail()
      break
    }
    const later = segments.slice(i + 1)
    if (i === 0 && end.position === 0) checkHead(segment, later, setting)
    changes.push(cut(segment, end, later, setting))
    return later
  }
  return []
}

/**
 * Throws CorruptLog for a log that begins above what was durable with a file that begins with no batch, where good ones follow.
 * A crash leaves what was durable, or it was removed since nobody wants it any more, and then what comes next had been written
 * long before: so the file is none of this log, or its damage is none of a crash, and says nothing about those behind it.
 */
function checkHead({ log, baseOffset, sizeBytes }: Segment, later: readonly Segment[], setting: RecoverySetting): void {
  const { mark, start } = setting
  if (sizeBytes === 0 || baseOffset <= Math.max(mark, start) || mayBeHeadless(mark, start)) return
  if (!later.some(each => holdsGood(each, baseOffset))) return
  throw new CorruptLog(log.path, `begins with no batch, above ${mark} which was durable, and good ones follow`)
}

/** Whether a crash may have taken the segment in which a log starts: nothing that can be seen any more was durable. */
export const mayBeHeadless = (mark: number, start: number): boolean => start > 0 && mark <= start

/** All offsets up to the next segment are there, and then something that a write that failed has left. */
function cutTail(segment: Segment, end: Verified, setting: RecoverySetting): void {
  const cutBytes = segment.sizeBytes - end.position
  const why = 'a write failed before the next segment was begun'
  setting.onCut({ path: segment.log.path, ...end, cutBytes, why })
  segment.cutAt(end.position, end.nextOffset)
}

/** How the log is cut at the end of what is good, if a crash explains that it ends there. Throws CorruptLog if not. */
function cut(segment: Segment, end: Verified, later: readonly Segment[], setting: RecoverySetting): Change {
  const { path } = segment.log
  // What can not be seen any more may be missing, but not damaged.
  const isMissing = end.position === segment.sizeBytes
  if (Math.max(end.nextOffset, isMissing ? setting.start : 0) < setting.mark) {
    const what = isMissing ? 'ends' : 'is damaged'
    throw new CorruptLog(path, `${what} at ${end.position} (offset ${end.nextOffset}), below ${setting.mark}`)
  }
  const file = segment.log.file()
  const { sizeBytes } = segment
  const after = findBatch(file, end.position + 1, sizeBytes, end.nextOffset)
  const goodFollows = after !== null || later.some(each => holdsGood(each, end.nextOffset))
  if (goodFollows && !neverWritten(file, end.position, after ?? sizeBytes, end.nextOffset)) {
    throw new CorruptLog(path, `a damaged batch at ${end.position} (offset ${end.nextOffset}) has good ones after it`)
  }
  const cutBytes = segment.sizeBytes - end.position + later.reduce((sum, each) => sum + each.sizeBytes, 0)
  const why = goodFollows ? 'a write was lost before others' : 'the last write was torn'
  return () => {
    if (cutBytes > 0) setting.onCut({ path, ...end, cutBytes, why })
    else for (const { log } of later) setting.onEmpty({ path: log.path, endsAt: end.nextOffset })
    segment.cutAt(end.position, end.nextOffset)
  }
}

function holdsGood(segment: Segment, minOffset: number): boolean {
  return segment.sizeBytes > 0 && findBatch(segment.log.file(), 0, segment.sizeBytes, minOffset) !== null
}

/** Verifies batches from the last index entry that can be trusted on, and drops the others. */
async function verifySegment(segment: Segment, below: number, setting: RecoverySetting): Promise<Verified> {
  const { mark, rewrites, pause } = setting
  trustIndexes(segment, mark)
  let end: Verified = startOf(segment)
  for (;;) {
    const step = verify(segment.log.file(), { from: end, to: segment.sizeBytes, below, budgetBytes })
    if (rewrites) rewrite(segment.log.file(), end.position, step.position)
    end = { position: step.position, nextOffset: step.nextOffset }
    if (step.done) return end
    await pause()
  }
}

/** Makes the active segment of a log that was stopped cleanly ready for appends; false if it is not what it was left as. */
export function resume(active: Segment): boolean {
  trustIndexes(active, Infinity)
  return active.readTail().why === 'end'
}

/** Keeps index entries that ascend and are of batches below the mark; none at all if the last one points at no batch. */
function trustIndexes(segment: Segment, mark: number): void {
  const { offsetIndex, timeIndex } = segment
  offsetIndex.entries.cut(offsetIndex.soundCount(segment.sizeBytes))
  timeIndex.entries.cut(timeIndex.soundCount())
  offsetIndex.truncateTo(mark)
  timeIndex.truncateTo(mark)
  segment.transactions.truncateTo(mark)
  offsetIndex.entries.hold()
  timeIndex.entries.hold()
  if (offsetIndex.entries.count > 0 && lastIndexed(segment) === null) {
    offsetIndex.entries.begin()
    timeIndex.entries.begin()
  }
}

/** Base offset of the batch that the last entry of the offset index is of; null when it is not of one. */
function lastIndexed(segment: Segment): number | null {
  const { offsetIndex } = segment
  let base: number | null = null
  const range = { from: offsetIndex.lastPosition, to: segment.sizeBytes, whole: false, chunkBytes: 64 }
  walk(segment.log.file(), range, (buffer, at) => {
    if (lastOffsetAt(buffer, at) === offsetIndex.lastOffset) base = baseOffsetAt(buffer, at)
    return false
  })
  return base
}

function startOf(segment: Segment): Verified {
  const base = segment.offsetIndex.entries.count > 0 ? lastIndexed(segment) : null
  if (base === null) return { position: 0, nextOffset: segment.baseOffset }
  return { position: segment.offsetIndex.lastPosition, nextOffset: base }
}

/** How the end of a complete segment and its indexes become what they should be. Throws CorruptLog. */
function checkComplete(segment: Segment, nextOffset: number, setting: RecoverySetting): Change {
  const sound = soundEnd(segment, nextOffset, setting.indexIntervalBytes)
  const end = sound ?? goodEnd(segment, nextOffset, setting)
  return () => {
    if (typeof end !== 'number') {
      if (end.position < segment.sizeBytes) cutTail(segment, end, setting)
      segment.reindex()
    }
    const from = typeof end === 'number' ? end : end.nextOffset
    if (from < nextOffset && !setting.compacted) setting.onGap({ path: segment.log.path, from, to: nextOffset })
  }
}

/**
 * First offset after a complete segment; null when its indexes are short or end in nonsense, or its batches do not end with
 * the file.
 */
function soundEnd(segment: Segment, nextOffset: number, intervalBytes: number): number | null {
  if (segment.sizeBytes === 0) return segment.baseOffset
  const { offsetIndex, timeIndex } = segment
  if (timeIndex.entries.count === 0 || timeIndex.lastOffset >= nextOffset) return null
  const from = offsetIndex.lastPosition
  if (from >= segment.sizeBytes) return null
  const entryOffset = offsetIndex.entries.count > 0 ? offsetIndex.lastOffset : null
  let sinceBytes = 0
  let end = segment.baseOffset
  const range = { from, to: segment.sizeBytes, whole: false, chunkBytes: 4096 }
  const walked = walk(segment.log.file(), range, (buffer, at, position) => {
    const lastOffset = lastOffsetAt(buffer, at)
    if (position === from && entryOffset !== null && lastOffset !== entryOffset) return false
    // The index would have an entry for the batch at this position.
    if ((position > from && sinceBytes > intervalBytes) || lastOffset >= nextOffset) return false
    sinceBytes = position - from + batchBytesAt(buffer, at)
    end = lastOffset + 1
    return true
  })
  return walked.why === 'end' ? end : null
}

/** Where the good batches of a complete segment end, at the end of its file or where the next one begins. Throws CorruptLog. */
function goodEnd(segment: Segment, nextOffset: number, setting: RecoverySetting): Verified {
  const range = { from: { position: 0, nextOffset: segment.baseOffset }, to: segment.sizeBytes, below: nextOffset }
  const end = verify(segment.log.file(), { ...range, budgetBytes: Infinity })
  if (end.position < segment.sizeBytes && end.nextOffset !== nextOffset) {
    const says = `is damaged at ${end.position} (offset ${end.nextOffset}), below ${setting.mark}`
    throw new CorruptLog(segment.log.path, says)
  }
  return { position: end.position, nextOffset: end.nextOffset }
}
