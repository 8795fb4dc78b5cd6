/**
 * What is done with a log whose process did not stop cleanly. Everything below the recovery mark is on the disk; above it
 * a crash may have left anything. Good batches are kept; what a crash explains is cut off; what it does not is damage, and
 * then the log is left as it is and not opened.
 */
import { baseOffsetAt, lastOffsetAt } from '../../protocol/records/batch'
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
  readonly onCut: (cut: { path: string; position: number; nextOffset: number; cutBytes: number; why: string }) => void
}

/**
 * Goes through the segments, the oldest first, the last of which is the active one. Returns those that have to go: the
 * ones after the place where the log was cut. Rejects with CorruptLog.
 */
export async function recover(segments: readonly Segment[], setting: RecoverySetting): Promise<readonly Segment[]> {
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1]
    if (next && next.baseOffset <= setting.mark) {
      checkIndexes(segment, next.baseOffset, setting.indexIntervalBytes)
      continue
    }
    segment.distrust()
    const end = await verifySegment(segment, setting)
    const complete = end.position === segment.sizeBytes
    if (next && next.baseOffset < end.nextOffset) {
      throw new CorruptLog(
        next.log.path,
        `begins at ${next.baseOffset}, and the segment before ends at ${end.nextOffset}`,
      )
    }
    if (complete && next && (setting.compacted || next.baseOffset === end.nextOffset)) {
      segment.readTail()
      segment.complete()
      continue
    }
    if (complete && !next && Math.max(end.nextOffset, setting.start) >= setting.mark) {
      segment.readTail()
      break
    }
    const later = segments.slice(i + 1)
    cut(segment, end, later, setting)
    return later
  }
  return []
}

/** Cuts the log at the end of what is good, if a crash explains that it ends there. Throws CorruptLog if not. */
function cut(segment: Segment, end: Verified, later: readonly Segment[], setting: RecoverySetting): void {
  const { path } = segment.log
  if (end.nextOffset < setting.mark) {
    throw new CorruptLog(
      path,
      `ends or is damaged at ${end.position} (offset ${end.nextOffset}), below ${setting.mark}`,
    )
  }
  const file = segment.log.file()
  const { sizeBytes } = segment
  const after = findBatch(file, end.position + 1, sizeBytes, end.nextOffset)
  const goodFollows = after !== null || later.some(each => holdsGood(each, end.nextOffset))
  if (goodFollows && !neverWritten(file, end.position, sizeBytes, end.nextOffset)) {
    throw new CorruptLog(path, `a damaged batch at ${end.position} (offset ${end.nextOffset}) has good ones after it`)
  }
  const cutBytes = segment.sizeBytes - end.position + later.reduce((sum, each) => sum + each.sizeBytes, 0)
  const why = goodFollows ? 'a write was lost before others' : 'the last write was torn'
  setting.onCut({ path, position: end.position, nextOffset: end.nextOffset, cutBytes, why })
  segment.cutAt(end.position, end.nextOffset)
}

function holdsGood(segment: Segment, minOffset: number): boolean {
  return segment.sizeBytes > 0 && findBatch(segment.log.file(), 0, segment.sizeBytes, minOffset) !== null
}

/** Verifies batches from the last index entry that can be trusted on, and drops the others. */
async function verifySegment(segment: Segment, { mark, rewrites, pause }: RecoverySetting): Promise<Verified> {
  trustIndexes(segment, mark)
  let end: Verified = startOf(segment)
  for (;;) {
    const from = end.position
    const step = verify(segment.log.file(), from, segment.sizeBytes, end.nextOffset, budgetBytes)
    end = step
    if (rewrites) rewrite(segment.log.file(), from, end.position)
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

/** Rebuilds the indexes of a segment below the mark if they are short or end in nonsense. Throws CorruptLog. */
function checkIndexes(segment: Segment, nextOffset: number, intervalBytes: number): void {
  if (segment.sizeBytes === 0) return
  const { offsetIndex, timeIndex } = segment
  const hasEntries = offsetIndex.entries.count > 0
  const lastOffset = offsetIndex.lastOffset
  let sound =
    timeIndex.entries.count > 0 && timeIndex.lastOffset < nextOffset && offsetIndex.lastPosition < segment.sizeBytes
  let sinceBytes = 0
  if (sound) {
    const from = offsetIndex.lastPosition
    const range = { from, to: segment.sizeBytes, whole: false, chunkBytes: 4096 }
    const walked = walk(segment.log.file(), range, (buffer, at, position) => {
      if (position === from && hasEntries && lastOffsetAt(buffer, at) !== lastOffset) sound = false
      // The batch at this position would have been entered.
      if (position > from && sinceBytes > intervalBytes) sound = false
      sinceBytes = position - from + buffer.readInt32BE(at + 8) + 12
      return sound
    })
    sound &&= walked.why === 'end'
  }
  if (!sound) segment.reindex()
}
