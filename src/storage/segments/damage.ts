/**
 * Where the bytes of a log are not what was written, found by reading all of it. Needs the directory for itself, and changes
 * nothing. A log that is open looks only where a crash may have been, since a look at all takes as long as reading it.
 */
import type { File, Files } from '../../platform/files'
import { baseOffsetAt, batchHeaderBytes, magicAt } from '../../protocol/records/batch'
import { parseSegmentFileName, pathOf, segmentFileName } from './layout'
import { type Span, spanOf, type Stray, straysAmong } from './strays'
import { findBatch, verify } from './verify'

/** How much is read before others get their turn. */
const budgetBytes = 32 * 1024 * 1024

/** Bytes that are no good batch. */
export interface Damage {
  /** Base offset of the segment. */
  readonly segment: number
  readonly position: number
  readonly sizeBytes: number
  /** Offsets that are lost with them: from here on, and below there. The same twice where nothing is lost. */
  readonly fromOffset: number
  readonly toOffset: number
  /** Of the batch before, 0 without one. */
  readonly leaderEpoch: number
}

/** Offsets that no segment holds, though nothing that is there is bad: a segment was lost, or emptied. */
export interface Gap {
  /** Base offset of the segment behind it. */
  readonly before: number
  readonly fromOffset: number
  readonly toOffset: number
}

export interface CheckedLog {
  readonly segments: readonly number[]
  readonly sizeBytes: number
  readonly startOffset: number
  readonly endOffset: number
  /** There is no directory, though the log had records below `endOffset`. */
  readonly isGone: boolean
  readonly damages: readonly Damage[]
  /** Between segments. Not looked for in a log that was compacted, where records are missing for good reason. */
  readonly gaps: readonly Gap[]
  /** Files that are no segments of this log, which `segments` and all else leaves out. */
  readonly strays: readonly Stray[]
  /** Bytes at the end that a crash explains: the next start cuts them off by itself. */
  readonly tornBytes: number
  /** The first segment with messages of magic 0 or 1, which are not looked into; null when there is none. */
  readonly oldSegment: number | null
}

export interface CheckSetting {
  /** Everything below was durable. */
  readonly mark: number
  /** Where what can be seen begins. */
  readonly start: number
  readonly wasCompacted: boolean
  /** Resolves in another turn of the event loop. */
  readonly pause: () => Promise<void>
}

/** Base offsets of the segments in a log's directory, ascending. */
export function segmentsIn(files: Files, directory: string): number[] {
  const found = files.list(directory).map(parseSegmentFileName)
  return found.flatMap(file => (file?.kind === 'log' ? [file.baseOffset] : [])).sort((a, b) => a - b)
}

export async function checkLog(files: Files, directory: string, setting: CheckSetting): Promise<CheckedLog> {
  const strays = straysAmong(await spansIn(files, directory, setting))
  const segments = segmentsIn(files, directory).filter(base => !strays.some(({ segment }) => segment === base))
  const damages: Damage[] = []
  const gaps: Gap[] = []
  let sizeBytes = 0
  let tornBytes = 0
  let oldSegment: number | null = null
  let next = { offset: segments[0] ?? 0, leaderEpoch: 0 }
  for (const [i, segment] of segments.entries()) {
    const file = files.open(pathOf(directory, segmentFileName(segment, 'log')), { readOnly: true })
    try {
      sizeBytes += file.size()
      if (isOld(file)) {
        oldSegment ??= segment
        continue
      }
      const below = segments[i + 1] ?? Infinity
      const search = new Search(file, segment, below, setting, next.leaderEpoch)
      next = await search.run()
      if (below === Infinity && search.isTorn()) tornBytes = search.found.pop()!.sizeBytes
      damages.push(...search.found)
      const isSeen = below !== Infinity && below > setting.start && !setting.wasCompacted
      if (isSeen && next.offset < below) gaps.push({ before: below, fromOffset: next.offset, toOffset: below })
    } finally {
      await file.close()
    }
  }
  const endOffset = Math.max(next.offset, tornBytes > 0 ? 0 : setting.mark)
  const isGone = false
  return {
    segments,
    sizeBytes,
    startOffset: segments[0] ?? 0,
    endOffset,
    isGone,
    damages,
    gaps,
    strays,
    tornBytes,
    oldSegment,
  }
}

/** What there is to be said of a log without a directory. */
export const goneLog = (startOffset: number, endOffset: number): CheckedLog => ({
  segments: [],
  sizeBytes: 0,
  startOffset,
  endOffset,
  isGone: true,
  damages: [],
  gaps: [],
  strays: [],
  tornBytes: 0,
  oldSegment: null,
})

async function spansIn(files: Files, directory: string, { pause }: CheckSetting): Promise<Span[]> {
  const spans: Span[] = []
  for (const base of segmentsIn(files, directory)) {
    const file = files.open(pathOf(directory, segmentFileName(base, 'log')), { readOnly: true })
    try {
      // What is of before Kafka 0.11 is not looked into.
      if (!isOld(file)) spans.push(await spanOf({ file: () => file }, base, pause))
    } finally {
      await file.close()
    }
  }
  return spans
}

/** Through one segment, from good batches over bad bytes to the next good ones. */
class Search {
  readonly found: Damage[] = []
  readonly #file: File
  readonly #segment: number
  readonly #below: number
  readonly #setting: CheckSetting
  #leaderEpoch: number

  constructor(file: File, segment: number, below: number, setting: CheckSetting, leaderEpoch: number) {
    this.#file = file
    this.#segment = segment
    this.#below = below
    this.#setting = setting
    this.#leaderEpoch = leaderEpoch
  }

  /** What comes after the last good batch. */
  async run(): Promise<{ offset: number; leaderEpoch: number }> {
    const to = this.#file.size()
    let at = { position: 0, nextOffset: this.#segment }
    while (at.position < to) {
      const { done, leaderEpoch, ...good } = verify(this.#file, { from: at, to, below: this.#below, budgetBytes })
      if (leaderEpoch >= 0) this.#leaderEpoch = leaderEpoch
      at = done && good.position < to ? this.#overDamage(good, to) : good
      await this.#setting.pause()
    }
    return { offset: at.nextOffset, leaderEpoch: this.#leaderEpoch }
  }

  /** Whether the last bytes are what a crash leaves: above what was durable, with nothing good behind. */
  isTorn(): boolean {
    const last = this.found.at(-1)
    if (!last || last.fromOffset < this.#setting.mark) return false
    return last.position + last.sizeBytes === this.#file.size()
  }

  #overDamage(from: { readonly position: number; readonly nextOffset: number }, to: number) {
    const { position, nextOffset } = from
    const after = findBatch(this.#file, position + 1, to, nextOffset)
    const end = after ?? to
    const known = this.#below === Infinity ? this.#setting.mark : this.#below
    const toOffset = Math.max(nextOffset, after === null ? known : baseOffsetIn(this.#file, after))
    const sizeBytes = end - position
    this.found.push({
      segment: this.#segment,
      position,
      sizeBytes,
      fromOffset: nextOffset,
      toOffset,
      leaderEpoch: this.#leaderEpoch,
    })
    return { position: end, nextOffset: toOffset }
  }
}

function headerIn(file: File, position: number): Buffer {
  const header = Buffer.alloc(batchHeaderBytes)
  file.readSync(header, position)
  return header
}

const baseOffsetIn = (file: File, position: number): number => baseOffsetAt(headerIn(file, position))

/** Messages of magic 0 or 1, as Kafka wrote them before 0.11: the first start of a broker writes them anew. */
function isOld(file: File): boolean {
  const header = headerIn(file, 0)
  const sizeBytes = header.readInt32BE(8)
  return magicAt(header) < 2 && magicAt(header) >= 0 && sizeBytes >= 14 && sizeBytes <= file.size()
}
