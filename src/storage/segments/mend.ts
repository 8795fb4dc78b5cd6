/**
 * Takes bad bytes out of a log, and puts a batch without records in the place of the offsets that went with them. So the
 * offsets of all that is left stay what they are, none is given out a second time, and clients pass over the gap as they do
 * in a compacted log. A copy of the file as it was is kept beside the new one.
 */
import type { Files } from '../../platform/files'
import { buildBatch } from '../../protocol/records/records'
import type { CheckedLog, Damage } from './damage'
import { names, parseSegmentFileName, pathOf, segmentFileName } from './layout'

/** What the copy of a damaged file is called. No log, for us and for a Kafka. */
const damagedSuffix = '.damaged'

const chunkBytes = 1024 * 1024

/** What a file is called that is no segment of the log that it was in. No log, for us and for a Kafka. */
const straySuffix = '.stray'

/**
 * Returns the paths of the copies, and of files that are no segments of this log, which get another name. A crash leaves each
 * segment as it was, or mended.
 */
export async function mendLog(
  files: Files,
  directory: string,
  { damages, strays }: Pick<CheckedLog, 'damages' | 'strays'>,
): Promise<readonly string[]> {
  const copies: string[] = []
  for (const { segment } of strays) copies.push(await setAside(files, directory, segment))
  if (strays.length > 0) await files.syncDir(directory)
  const first = damages[0]
  if (!first) return copies
  // What a snapshot says of producers was learned from batches that may be gone now.
  for (const name of files.list(directory)) {
    const file = parseSegmentFileName(name)
    if (file?.kind === 'snapshot' && file.baseOffset > first.fromOffset) await files.remove(pathOf(directory, name))
  }
  for (const segment of new Set(damages.map(each => each.segment))) {
    const own = damages.filter(each => each.segment === segment)
    copies.push(await mendSegment(files, directory, segment, own))
  }
  return copies
}

async function setAside(files: Files, directory: string, segment: number): Promise<string> {
  // They belong to its batches, and no log without them.
  for (const kind of ['index', 'timeindex', 'txnindex'] as const)
    await files.remove(pathOf(directory, segmentFileName(segment, kind)))
  const path = pathOf(directory, segmentFileName(segment, 'log'))
  const aside = freeName(files, path, straySuffix)
  await files.rename(path, aside)
  return aside
}

async function mendSegment(
  files: Files,
  directory: string,
  segment: number,
  damages: readonly Damage[],
): Promise<string> {
  const path = pathOf(directory, segmentFileName(segment, 'log'))
  const copy = freeName(files, path, damagedSuffix)
  await writeFrom(files, path, `${copy}.tmp`, [])
  await files.rename(`${copy}.tmp`, copy)
  await writeFrom(files, path, `${path}${names.cleanedSuffix}`, damages)
  // Without these a log is read, and they are made; with those of other bytes it would be misread. The index of aborted
  // transactions tells offsets only, which stay.
  for (const kind of ['index', 'timeindex'] as const)
    await files.remove(pathOf(directory, segmentFileName(segment, kind)))
  await files.syncDir(directory)
  await files.rename(`${path}${names.cleanedSuffix}`, path)
  await files.syncDir(directory)
  return copy
}

/** Resolves when the bytes of one file, without the damaged ones, are in another and on the disk. */
async function writeFrom(files: Files, from: string, to: string, damages: readonly Damage[]): Promise<void> {
  await files.remove(to)
  const source = files.open(from, { readOnly: true })
  const target = files.open(to, { create: true, exclusive: true })
  const chunk = Buffer.allocUnsafe(chunkBytes)
  let written = 0
  const put = (bytes: Buffer): void => {
    target.writeSync([bytes], written)
    written += bytes.length
  }
  const copy = (from: number, to: number): void => {
    for (let at = from; at < to; at += chunkBytes) {
      const piece = chunk.subarray(0, Math.min(chunkBytes, to - at))
      source.readSync(piece, at)
      put(piece)
    }
  }
  try {
    let kept = 0
    for (const damage of damages) {
      copy(kept, damage.position)
      if (damage.toOffset > damage.fromOffset) put(emptyBatch(damage))
      kept = damage.position + damage.sizeBytes
    }
    copy(kept, source.size())
    await target.sync()
  } finally {
    await source.close()
    await target.close()
  }
}

function emptyBatch({ fromOffset, toOffset, leaderEpoch }: Damage): Buffer {
  return buildBatch({ records: [], baseOffset: fromOffset, lastOffsetDelta: toOffset - 1 - fromOffset, leaderEpoch })
}

/** A copy of an earlier time is not written over. */
function freeName(files: Files, path: string, suffix: string): string {
  const first = `${path}${suffix}`
  let name = first
  for (let count = 2; files.stat(name); count += 1) name = `${first}-${count}`
  return name
}
