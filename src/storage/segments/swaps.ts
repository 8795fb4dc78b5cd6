/**
 * One compacted segment in the place of several, so that a crash at any point leaves either the old ones or the new one.
 * Names are Apache Kafka's, and so is what an open makes of them:
 *
 *     .cleaned   is being written, and worth nothing
 *     .swap      is complete and on the disk. From when the log itself has that name, the segments it stands for have no
 *                use any more
 *
 * The index of transactions gets its last name after the log: for as long as the log is a `.swap`, one without a suffix is
 * of the old segment.
 */
import type { Files } from '../../platform/files'
import { lastOffsetAt } from '../../protocol/records/batch'
import { names, parseSegmentFileName, pathOf, type SegmentKind, segmentFileName } from './layout'
import { walk } from './walk'

interface Found {
  readonly name: string
  readonly baseOffset: number
  readonly kind: SegmentKind
}

const without = (name: string, suffix: string): string => name.slice(0, -suffix.length)

function withSuffix(all: readonly string[], suffix: string): Found[] {
  const found: Found[] = []
  for (const name of all) {
    const file = name.endsWith(suffix) ? parseSegmentFileName(without(name, suffix)) : null
    if (file) found.push({ name, ...file })
  }
  return found
}

/** Removes what was being written when a round ended, so that it cannot cast doubt on a later one. */
export async function removeCleaned(files: Files, directory: string): Promise<void> {
  const cleaned = withSuffix(files.list(directory), names.cleanedSuffix)
  for (const { name } of cleaned) await files.remove(pathOf(directory, name))
  if (cleaned.length > 0) await files.syncDir(directory)
}

/** Finishes what a crash, of this program or of a Kafka, has left of swaps; takes back those that had not begun for good. */
export async function finishSwaps(files: Files, directory: string): Promise<void> {
  const all = files.list(directory)
  const cleaned = withSuffix(all, names.cleanedSuffix)
  const swaps = withSuffix(all, names.swapSuffix)
  if (swaps.length === 0) return
  // Where something is still being written, not all of its files have their second name.
  const doubtful = Math.min(...cleaned.map(({ baseOffset }) => baseOffset))
  const [good, bad] = [
    swaps.filter(each => each.baseOffset < doubtful),
    swaps.filter(each => each.baseOffset >= doubtful),
  ]
  for (const { name } of [...bad, ...cleaned]) await files.remove(pathOf(directory, name))
  for (const log of good.filter(({ kind }) => kind === 'log')) {
    const hasTransactions = good.some(({ kind, baseOffset }) => kind === 'txnindex' && baseOffset === log.baseOffset)
    if (!hasTransactions) await files.remove(pathOf(directory, segmentFileName(log.baseOffset, 'txnindex')))
    await removeBetween(files, directory, log.baseOffset, endOf(files, pathOf(directory, log.name)))
  }
  await files.syncDir(directory)
  for (const kinds of [['index', 'timeindex'], ['log'], ['txnindex']] as SegmentKind[][]) {
    const renamed = good.filter(({ kind }) => kinds.includes(kind))
    for (const { name } of renamed) {
      await files.rename(pathOf(directory, name), pathOf(directory, without(name, names.swapSuffix)))
    }
    if (renamed.length > 0) await files.syncDir(directory)
  }
}

/** First offset after the batches of a file; 0 when there is none. */
function endOf(files: Files, path: string): number {
  const file = files.open(path, { readOnly: true })
  let end = 0
  walk(file, { from: 0, to: file.size(), whole: false, chunkBytes: 4096 }, (buffer, at) => {
    end = lastOffsetAt(buffer, at) + 1
  })
  void file.close()
  return end
}

/** Removes segments that begin between two offsets, neither included. */
async function removeBetween(files: Files, directory: string, from: number, to: number): Promise<void> {
  for (const name of files.list(directory)) {
    const file = parseSegmentFileName(name)
    if (!file || file.kind === 'snapshot' || file.baseOffset <= from || file.baseOffset >= to) continue
    await files.remove(pathOf(directory, name))
  }
}
