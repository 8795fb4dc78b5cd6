/** Reads a log's directory: what segments there are, what epochs and snapshots, and what is to be removed. */
import type { Files } from '../../platform/files'
import { CorruptLog } from '../fault'
import type { EpochEntry } from '../log'
import { codeOf } from './health'
import { isLeftover, names, parseSegmentFileName, pathOf, type SegmentKind, segmentFileName } from './layout'
import { Segment } from './segment'
import type { SegmentSetting, SegmentSizes } from './segment-setting'
import { decodeEpochs } from './texts'

export interface Loaded {
  /** The oldest first, the last one active; at least one. */
  readonly segments: Segment[]
  readonly snapshots: readonly number[]
  /** Null when the file is missing or damaged, and the batches must tell. */
  readonly epochs: readonly EpochEntry[] | null
  /** Bases of segments of which there are indexes and no batches. */
  readonly orphaned: readonly number[]
  /** Names of files that have no use any more. */
  readonly removable: readonly string[]
}

type Sizes = Partial<Record<SegmentKind, number>>

/**
 * Throws what the disk throws, and CorruptLog for segments that need an index built anew and are damaged. `start` is where
 * an empty log begins.
 */
export function loadLog(files: Files, setting: SegmentSetting, start: number, jitterMs: () => number): Loaded {
  const removable: string[] = []
  const found = new Map<number, Sizes>()
  for (const name of files.list(setting.directory)) {
    const file = parseSegmentFileName(name)
    if (isLeftover(name)) removable.push(name)
    if (!file) continue
    const sizeBytes = files.stat(pathOf(setting.directory, name))?.sizeBytes ?? 0
    found.set(file.baseOffset, { ...found.get(file.baseOffset), [file.kind]: sizeBytes })
  }
  const snapshots = [...found].filter(([, sizes]) => sizes.snapshot !== undefined).map(([base]) => base)
  const orphaned: number[] = []
  for (const [base, sizes] of found) {
    if (sizes.log !== undefined) continue
    const indexes = orphans(base, sizes)
    if (indexes.length > 0) orphaned.push(base)
    removable.push(...indexes)
  }
  const logs = [...found].filter(([, sizes]) => sizes.log !== undefined).sort(([a], [b]) => a - b)
  const segments = logs.map(([base, sizes], i) => openSegment(setting, base, logs[i + 1]?.[0], sizes, jitterMs()))
  if (segments.length === 0) segments.push(Segment.begin(setting, start, jitterMs()))
  return { segments, snapshots, epochs: readEpochs(files, setting.directory), orphaned, removable }
}

/** Index files without a log, such as a crash leaves while a segment is deleted. */
function orphans(baseOffset: number, sizes: Sizes): string[] {
  const kinds = Object.keys(sizes) as SegmentKind[]
  return kinds.filter(kind => kind !== 'snapshot').map(kind => segmentFileName(baseOffset, kind))
}

function openSegment(
  setting: SegmentSetting,
  base: number,
  next: number | undefined,
  sizes: Sizes,
  jitterMs: number,
): Segment {
  const all: SegmentSizes = {
    log: sizes.log ?? 0,
    index: sizes.index ?? 0,
    timeindex: sizes.timeindex ?? 0,
    txnindex: sizes.txnindex ?? 0,
  }
  return new Segment(setting, base, next ?? base, jitterMs, all)
}

/**
 * Builds indexes of segments that lack one or have one of an impossible length. The active segment is left out, since an
 * index without entries is right for a short one. Throws CorruptLog.
 */
export function mendIndexes(segments: readonly Segment[], intervalBytes: number): void {
  for (const segment of segments.slice(0, -1)) {
    const { offsetIndex, timeIndex } = segment
    const isEmpty =
      timeIndex.entries.count === 0 || (offsetIndex.entries.count === 0 && segment.sizeBytes > intervalBytes)
    const isUneven = offsetIndex.entries.isUneven || timeIndex.entries.isUneven
    if (segment.sizeBytes > 0 && (isEmpty || isUneven)) segment.reindex()
  }
}

function readEpochs(files: Files, directory: string): readonly EpochEntry[] | null {
  const path = pathOf(directory, names.leaderEpochs)
  try {
    return decodeEpochs(path, files.readFile(path).toString('utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof CorruptLog) return null
    throw error
  }
}
