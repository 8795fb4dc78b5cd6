/**
 * Files with the name of a segment that can be none of this log: one that begins inside of another, or whose batches are of lower
 * offsets than its name says. No crash leaves such a file with anything in it; somebody has put it there. What is found
 * here must be known before anything is cut, since the name of a segment says where the one before it ends.
 */
import type { File } from '../../platform/files'
import { baseOffsetAt, batchHeaderBytes, lastOffsetAt } from '../../protocol/records/batch'
import { segmentFileName } from './layout'
import { findBatch, verify } from './verify'
import { isHeaderAt, walk } from './walk'

/** How much is read before others get their turn. */
const budgetBytes = 32 * 1024 * 1024

/** What a file with the name of a segment holds. */
export interface Span {
  readonly baseOffset: number
  readonly sizeBytes: number
  /** Base offset of the batch that it begins with, null where it begins with none. */
  readonly first: number | null
  /** First offset after its last good batch; its base offset when it has none. */
  readonly end: number
}

export interface Stray {
  /** Base offset in the name of the file. */
  readonly segment: number
  readonly sizeBytes: number
  readonly why: 'inside another' | 'lower offsets'
  /** The segment that it is in the way of, and the first offset after its good batches; null for `lower offsets`. */
  readonly other: { readonly segment: number; readonly end: number } | null
  /** Its good batches go further than those of the other, so that none of the two can be said to be superfluous. */
  readonly reachesFurther: boolean
}

/** Spans ascend by their base offsets. */
export function straysAmong(spans: readonly Span[]): Stray[] {
  const strays: Stray[] = []
  const kept: Span[] = []
  for (const span of spans) {
    if (span.first !== null && span.first < span.baseOffset) {
      strays.push(strayOf(span, null))
      continue
    }
    // One that holds nothing below the next is a copy of that, under a name that is too low.
    while (span.sizeBytes > 0 && overlaps(kept.at(-1), span) && (kept.at(-1)!.first ?? 0) >= span.baseOffset)
      strays.push(strayOf(kept.pop()!, span))
    if (overlaps(kept.at(-1), span)) strays.push(strayOf(span, kept.at(-1)!))
    else kept.push(span)
  }
  return strays
}

/**
 * Empty files behind the end of a log that was stopped cleanly: it ended where `durable` says, which is where its batches end.
 * A segment that was begun and has nothing yet begins there, and not above.
 */
export function emptyBehind(spans: readonly Span[], durable: number): Span[] {
  const last = spans.findLastIndex(({ sizeBytes }) => sizeBytes > 0)
  if (last < 0 || spans[last]!.end !== durable) return []
  return spans.slice(last + 1).filter(({ baseOffset }) => baseOffset > durable)
}

const overlaps = (before: Span | undefined, span: Span): boolean => before !== undefined && before.end > span.baseOffset

function strayOf(span: Span, other: Span | null): Stray {
  return {
    segment: span.baseOffset,
    sizeBytes: span.sizeBytes,
    why: other ? 'inside another' : 'lower offsets',
    other: other && { segment: other.baseOffset, end: other.end },
    reachesFurther: other !== null && span.sizeBytes > 0 && span.end > other.end,
  }
}

/** What is the matter with a stray file, and what to do, as the rest of a sentence that begins with its name. */
export function sayingOf({ other, segment, reachesFurther }: Stray): string {
  if (other === null)
    return `holds batches of lower offsets than ${segment}, which its name says: it is no segment of this log, so move it out of the directory`
  const mend = reachesFurther
    ? 'each has offsets that the other lacks: look at both, and move one out of the directory'
    : 'it has nothing that the other lacks: move it out of the directory'
  const name = segmentFileName(other.segment, 'log')
  return `overlaps with ${name}, whose good batches end at offset ${other.end - 1}; ${mend}`
}

/** A file that may be closed, and opened anew, between two looks into it. */
interface Source {
  readonly file: () => File
}

/** Reads all of a file. */
export async function spanOf(source: Source, baseOffset: number, pause: () => Promise<void>): Promise<Span> {
  const sizeBytes = source.file().size()
  let at = { position: 0, nextOffset: 0 }
  const first = verify(source.file(), { from: at, to: sizeBytes, below: Infinity, budgetBytes: 1 })
  const isBatch = first.position > 0
  let end = baseOffset
  // What is below the name in a file that is no segment of that name does not matter: it is told by its first batch.
  if (!isBatch || baseOffsetIn(source.file()) >= baseOffset) at = { position: 0, nextOffset: baseOffset }
  while (at.position < sizeBytes) {
    const { done, ...good } = verify(source.file(), { from: at, to: sizeBytes, below: Infinity, budgetBytes })
    end = Math.max(end, good.nextOffset)
    const next = done ? findBatch(source.file(), good.position + 1, sizeBytes, good.nextOffset) : good.position
    if (next === null) break
    at = { position: next, nextOffset: good.nextOffset }
    await pause()
  }
  return { baseOffset, sizeBytes, first: isBatch ? baseOffsetIn(source.file()) : null, end }
}

/** Where the last batch is that an index knows of, and its last offset. */
export interface LastEntry {
  readonly position: number
  readonly offset: number | null
}

/**
 * The same by the headers after the last entry of an index, which is quick; null where what is found there is not in order,
 * or reaches `below`, so that all has to be read. Without an entry, as for the last segment, its end is not looked for.
 */
export function quickSpanOf(source: Source, baseOffset: number, entry: LastEntry | null, below: number): Span | null {
  const file = source.file()
  const sizeBytes = file.size()
  if (sizeBytes === 0) return { baseOffset, sizeBytes, first: null, end: baseOffset }
  const header = Buffer.alloc(batchHeaderBytes)
  file.readSync(header, 0)
  const first = baseOffsetAt(header)
  if (!isHeaderAt(header, 0, sizeBytes) || first < baseOffset) return null
  if (entry === null) return { baseOffset, sizeBytes, first, end: baseOffset }
  if (entry.position >= sizeBytes) return null
  let end = baseOffset
  const range = { from: entry.position, to: sizeBytes, whole: false, chunkBytes: 4096 }
  const walked = walk(file, range, (buffer, at, position) => {
    const lastOffset = lastOffsetAt(buffer, at)
    if (position === entry.position && entry.offset !== null && lastOffset !== entry.offset) return false
    if (baseOffsetAt(buffer, at) < end || lastOffset >= below) return false
    end = lastOffset + 1
    return true
  })
  return walked.why === 'end' ? { baseOffset, sizeBytes, first, end } : null
}

function baseOffsetIn(file: File): number {
  const header = Buffer.alloc(batchHeaderBytes)
  file.readSync(header, 0)
  return baseOffsetAt(header)
}
