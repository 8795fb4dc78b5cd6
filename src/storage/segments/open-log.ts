/** Opens a log's directory: reads it, recovers it when the last process did not stop cleanly, and makes a log of it. */
import { lastOffsetAt, leaderEpochAt, baseOffsetAt } from '../../protocol/records/batch'
import { EpochEntries } from '../epoch-entries'
import { CorruptLog } from '../fault'
import type { LogConfig } from '../log'
import { names, pathOf, segmentFileName } from './layout'
import { type Loaded, loadLog, mendIndexes } from './load'
import { SegmentLog } from './log'
import type { LogSetting } from './log-setting'
import { mayBeHeadless, recover, resume } from './recovery'
import { renewOldSegments } from './renew'
import { rollJitterMs } from './roll'
import { Segment } from './segment'
import { SavedEpochs } from './saved-epochs'
import { SegmentList } from './segment-list'
import { FileSnapshots } from './snapshots'
import { emptyBehind, quickSpanOf, sayingOf, type Span, spanOf, straysAmong } from './strays'
import { finishSwaps } from './swaps'
import { encodeEpochs } from './texts'

/**
 * Rejects with CorruptLog, and leaves the files as they are, when a crash does not explain what is there; with what the
 * disk says when it fails. `clean` tells that the last process closed the log.
 */
export async function openLog(setting: LogSetting, clean: boolean): Promise<SegmentLog> {
  const { files, mark, directory } = setting
  const jitterMs = () => rollJitterMs(setting.config(), setting.random.next())
  await finishSwaps(files, directory)
  await renewOldSegments(setting, clean)
  const loaded = await withoutStrays(setting, clean, () => loadLog(files, setting, mark.start, jitterMs))
  for (const name of loaded.removable) await files.remove(pathOf(directory, name))
  const segments = await withoutOld(setting, loaded.segments)
  const wasClean = clean && resume(segments.at(-1)!)
  const removed = wasClean ? [] : await recoverLog(setting, segments)
  if (wasClean) {
    tellGaps(setting, segments, loaded.orphaned)
    mendIndexes(segments, setting.config().indexIntervalBytes)
  }
  const kept = segments.slice(0, segments.length - removed.length)
  if (isUsable(setting, kept)) tellLostHead(setting, kept[0]!)
  const { nextOffset } = kept.at(-1)!
  if (Math.max(nextOffset, mark.start) < mark.recovery) {
    throw new CorruptLog(directory, `ends at ${nextOffset}, below ${mark.recovery} which was durable`)
  }
  await removeSegments(setting, removed)
  const list = new SegmentList(isUsable(setting, kept) ? kept : await restarted(setting, kept))
  const end = list.active.nextOffset
  await Promise.all(list.all.filter(segment => segment.dirty).map(segment => segment.sync()))
  const epochs = await openEpochs(setting, loaded, list, wasClean)
  const snapshots = new FileSnapshots(files, directory, loaded.snapshots)
  const trusted = wasClean ? end : Math.min(mark.recovery, end)
  await snapshots.removeAll(at => at > trusted || at < list.oldest.baseOffset)
  if (!wasClean) await files.syncDir(directory)
  // After a recovery the indexes of aborted transactions are still to be filled by whoever knows of transactions, and to be
  // synced: until then, as before, nothing above the mark counts as being on the disk.
  if (wasClean ? mark.recovery !== end : mark.recovery > end) {
    mark.recovery = end
    setting.marks.changed('recovery')
  }
  return new SegmentLog(setting, list, epochs, snapshots)
}

/**
 * What is loaded, less empty files that begin inside of another segment: nothing is lost with them, and they would say that
 * the other ends there. Throws CorruptLog when such a file holds something.
 */
async function withoutStrays(setting: LogSetting, clean: boolean, load: () => Loaded): Promise<Loaded> {
  const loaded = load()
  const spans = await spansOf(setting, loaded.segments, clean)
  const strays = straysAmong(spans)
  const full = strays.find(({ sizeBytes }) => sizeBytes > 0)
  if (full) {
    const path = pathOf(setting.directory, segmentFileName(full.segment, 'log'))
    throw new CorruptLog(path, sayingOf(full))
  }
  const behind = clean ? emptyBehind(spans, setting.mark.recovery) : []
  for (const { baseOffset } of behind) {
    const segment = loaded.segments.find(each => each.baseOffset === baseOffset)!
    setting.logger.warn('storage.empty_segment_removed', { path: segment.log.path, endsAt: setting.mark.recovery })
    await removeSegments(setting, [segment])
  }
  if (strays.length + behind.length === 0) return loaded
  for (const { segment: baseOffset, other } of strays) {
    const segment = loaded.segments.find(each => each.baseOffset === baseOffset)!
    const inside = pathOf(setting.directory, segmentFileName(other!.segment, 'log'))
    setting.logger.warn('storage.empty_segment_removed', { path: segment.log.path, inside, endsAt: other!.end })
    await removeSegments(setting, [segment])
  }
  return load()
}

/** Whether a complete segment lacks what every one has that was rolled: batches, and an index of their times. */
const isOdd = ({ sizeBytes, timeIndex }: Segment): boolean => sizeBytes === 0 || timeIndex.entries.count === 0

/**
 * After a clean stop only where names and sizes give reason to, and the last two, since a look at each of many files takes
 * long: nothing is cut then.
 */
async function spansOf(setting: LogSetting, segments: readonly Segment[], clean: boolean): Promise<Span[]> {
  const spans: Span[] = []
  for (const [i, segment] of segments.entries()) {
    const { baseOffset, sizeBytes, offsetIndex, log } = segment
    const next = segments[i + 1]
    const isNear = i >= segments.length - 2 || next!.baseOffset <= setting.mark.start
    const isAsked = !clean || isNear || isOdd(segment) || isOdd(next!)
    if (!isAsked || sizeBytes === 0) {
      spans.push({ baseOffset, sizeBytes, first: null, end: baseOffset })
      continue
    }
    const isIndexed = offsetIndex.entries.count > 0
    const last = { position: offsetIndex.lastPosition, offset: isIndexed ? offsetIndex.lastOffset : null }
    const quick = quickSpanOf(log, baseOffset, next ? last : null, next?.baseOffset ?? Infinity)
    spans.push(quick ?? (await spanOf(log, baseOffset, () => pauseOf(setting))))
  }
  return spans
}

const pauseOf = (setting: LogSetting): Promise<void> => new Promise(resolve => void setting.timers.after(0, resolve))

/** Removes segments wholly below the start: a crash kept them from being removed. */
async function withoutOld(setting: LogSetting, segments: readonly Segment[]): Promise<Segment[]> {
  const first = segments.findIndex((_, i) => (segments[i + 1]?.baseOffset ?? Infinity) > setting.mark.start)
  await removeSegments(setting, segments.slice(0, first))
  return segments.slice(first)
}

/**
 * Whether segments go on from where the log starts. They end below when the rest was not durable; and when they begin
 * above, the segment between was not, and then nothing after it was either. Where something was that can be seen, it was removed.
 */
function isUsable({ mark, config }: LogSetting, segments: readonly Segment[]): boolean {
  if (segments.at(-1)!.nextOffset < mark.start) return false
  const isHeadless = mayBeHeadless(mark.recovery, mark.start) && segments[0]!.baseOffset > mark.start
  return !isHeadless || isCompacted(config())
}

/**
 * What is known without a look into the files, which would make the start of many logs long: a complete segment without a byte
 * was emptied by somebody, and one of which there are but indexes has lost its batches, unless it was being deleted.
 */
function tellGaps(
  { config, mark, directory, logger }: LogSetting,
  segments: readonly Segment[],
  orphaned: readonly number[],
): void {
  if (isCompacted(config()) || mark.cleaned > 0) return
  for (const { sizeBytes, log, baseOffset, nextOffset } of segments.slice(0, -1))
    if (sizeBytes === 0) logger.warn('storage.log_gap', { path: log.path, from: baseOffset, to: nextOffset })
  for (const base of orphaned) {
    const after = segments.find(({ baseOffset }) => baseOffset > base)
    if (base < mark.start || !after) continue
    const path = pathOf(directory, segmentFileName(base, 'log'))
    logger.warn('storage.log_gap', { path, from: base, to: after.baseOffset })
  }
}

/** The segment in which a log starts is gone. A Kafka remembers the start only of a log that starts inside of a segment. */
function tellLostHead({ config, mark, logger }: LogSetting, { baseOffset, log }: Segment): void {
  const isKnown = mark.start > 0 && !isCompacted(config()) && mark.cleaned === 0
  if (isKnown && baseOffset > mark.start)
    logger.warn('storage.log_gap', { path: log.path, from: mark.start, to: baseOffset })
}

/** A log of which nothing usable is left begins anew: offsets that were promised to nobody are given out again, no others. */
async function restarted(setting: LogSetting, segments: readonly Segment[]): Promise<Segment[]> {
  await removeSegments(setting, segments)
  const { mark, config, random } = setting
  return [Segment.begin(setting, Math.max(mark.start, mark.recovery), rollJitterMs(config(), random.next()))]
}

const isCompacted = (config: LogConfig): boolean => config.cleanupPolicy?.includes('compact') ?? false

async function removeSegments(setting: LogSetting, segments: readonly Segment[]): Promise<void> {
  for (const segment of segments.toReversed()) {
    await segment.close()
    for (const { path } of segment.handles()) await setting.files.remove(path)
  }
}

function recoverLog(setting: LogSetting, segments: readonly Segment[]): Promise<readonly Segment[]> {
  const config = setting.config()
  return recover(segments, {
    mark: setting.mark.recovery,
    start: setting.mark.start,
    compacted: isCompacted(config),
    rewrites: setting.flush === 'group',
    indexIntervalBytes: config.indexIntervalBytes,
    pause: () => pauseOf(setting),
    onGap: gap => setting.logger.warn('storage.log_gap', gap),
    onCut: cut => setting.logger.warn('storage.log_cut', cut),
    onEmpty: empty => setting.logger.warn('storage.empty_segment_removed', empty),
  })
}

/**
 * The leader epochs of the file, and those that batches tell which are newer than the file may be. The file is written when it
 * lacks some; epochs at its end under which nothing is there may stay in it for now.
 */
async function openEpochs(
  setting: LogSetting,
  loaded: Loaded,
  list: SegmentList,
  clean: boolean,
): Promise<SavedEpochs> {
  const epochs = new EpochEntries(() => list.active.nextOffset, loaded.epochs ?? [])
  const inFile = encodeEpochs(loaded.epochs ?? [])
  epochs.truncateFromEnd(list.active.nextOffset)
  const cut = encodeEpochs(epochs.all())
  const start = Math.max(setting.mark.start, list.oldest.baseOffset)
  // The file may know of a later start than is remembered elsewhere.
  const isComplete = (epochs.all()[0]?.startOffset ?? Infinity) <= start
  if (!isComplete) epochs.clear()
  const from = !isComplete ? 0 : clean ? Infinity : setting.mark.recovery
  for (const segment of list.all) {
    if (segment.nextOffset <= from) continue
    segment.forEachHeader(from, (buffer, at) => {
      const epoch = leaderEpochAt(buffer, at)
      if (lastOffsetAt(buffer, at) >= from && epoch > epochs.latest) epochs.assign(epoch, baseOffsetAt(buffer, at))
    })
  }
  epochs.truncateFromStart(start)
  const after = encodeEpochs(epochs.all())
  if (after === cut) return new SavedEpochs(setting, epochs, inFile)
  await setting.files.replaceFile(pathOf(setting.directory, names.leaderEpochs), after)
  return new SavedEpochs(setting, epochs, after)
}
