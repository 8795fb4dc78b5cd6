/** A round of compaction over a log in memory. */
import { Cleaner, type Round, RoundStopped, type SourceSegment } from '../compaction/cleaner'
import { type CleanableFacts, grouped } from '../compaction/eligible'
import type { AbortedTransaction, Compacted, LogConfig } from '../log'
import { segmentBytesOf } from '../segments/roll'
import { MemorySegment } from './segment'

export interface CompactedSegment extends CleanableFacts {
  readonly segment: MemorySegment
}

export interface CompactedMemory {
  /** False for a segment that the log has no more. */
  isPresent(segment: MemorySegment): boolean
  /** Puts a segment in the place of neighbours; of their aborted transactions these are left. */
  replace(group: readonly MemorySegment[], segment: MemorySegment, retained: readonly AbortedTransaction[]): void
  config(): LogConfig
}

/** Rejects with RoundStopped when the log was cut meanwhile, and with CorruptLog. */
export async function compactMemory(
  round: Round,
  segments: readonly CompactedSegment[],
  log: CompactedMemory,
): Promise<Compacted> {
  const cleaner = new Cleaner(round)
  await cleaner.map(segments.map(each => source(each, log)))
  const { from } = round.cleanable
  const { end } = cleaner
  if (end <= from) throw new RoundStopped()
  const concerned = segments
    .filter(({ baseOffset }) => baseOffset < end)
    .map(each => ({ ...each, offsetIndexBytes: 0, timeIndexBytes: 0 }))
  const beforeBytes = concerned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const config = log.config()
  const limits = { segmentBytes: segmentBytesOf(config), segmentIndexBytes: config.segmentIndexBytes }
  let afterBytes = 0
  for (const group of grouped(concerned, limits)) {
    const last = group.at(-1)!.segment
    const kept = new MemorySegment(group[0]!.baseOffset, last.createdMs, last.jitterMs)
    const retained: AbortedTransaction[] = []
    for (const each of group) {
      await cleaner.clean(
        source(each, log),
        batches => kept.append(batches),
        transaction => void retained.push(transaction),
      )
    }
    const old = group.map(({ segment }) => segment)
    if (!old.every(segment => log.isPresent(segment))) throw new RoundStopped()
    log.replace(old, kept, retained)
    afterBytes += kept.sizeBytes
  }
  return { from, end, readBytes: cleaner.readBytes, beforeBytes, afterBytes }
}

function source({ segment, baseOffset, nextOffset }: CompactedSegment, log: CompactedMemory): SourceSegment {
  return {
    path: 'memory',
    baseOffset,
    nextOffset,
    forEachBatch: (from, visit) => {
      if (!log.isPresent(segment)) throw new RoundStopped()
      return segment.forEachBatch(from, visit)
    },
  }
}
