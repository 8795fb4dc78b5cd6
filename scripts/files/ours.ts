/** Logs of ours under Kafka's own tool, which knows every rule of the formats. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { nodePlatform } from '../../src/platform/node/platform'
import { buildBatch } from '../../src/protocol/records/records'
import { defaultLogConfig, type Log } from '../../src/storage/log'
import { openFileStore } from '../../src/storage/segments/store'
import { toolCommand } from '../judge/kafka'
import { mustRun, temporaryDir } from '../judge/process'

export const t0 = 1_700_000_000_000

/** Appends `count` batches of many shapes: all compressions, headers, nulls, times that jump, epochs that may rise. */
export function fill(log: Log, count: number, epochBatches = Infinity): void {
  for (let i = 0; i < count; i += 1) {
    const records = Array.from({ length: (i % 7) + 1 }, (_, j) => ({
      timestampMs: t0 + i * 10 + ((j * 7919) % 100),
      key: j % 3 === 0 ? null : Buffer.from(`key ${j}`),
      value: j % 5 === 4 ? null : Buffer.alloc((i * 131) % 3000, 97 + (i % 26)),
      headers: j % 2 === 0 ? [] : [{ key: 'h', value: Buffer.from('v') }],
    }))
    const logAppendTimeMs = i % 10 === 9 ? { logAppendTimeMs: t0 + i * 10 + 200 } : {}
    const leaderEpoch = Math.max(log.epochs.latest, Math.floor(i / epochBatches))
    log.append(buildBatch({ records, compression: i % 5, ...logAppendTimeMs }), { leaderEpoch })
    if (i % 50 === 17) {
      const lastOffset = log.end - 1
      const firstOffset = Math.max(0, lastOffset - 5)
      log.aborted.add({ producerId: i, firstOffset, lastOffset, lastStableOffset: log.end })
    }
  }
}

export async function ourFilesByTheirTool(): Promise<string[]> {
  const directory = path.join(temporaryDir('files-'), 'data')
  const platform = nodePlatform()
  const store = await openFileStore(platform, { directory, flush: 'group', nodeId: 1 })
  const id = { topic: 'ours', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
  const log = await store.open(id, () => ({ ...defaultLogConfig, segmentBytes: 200_000 }))
  fill(log, 400, 40)
  await log.flush(log.end)
  // The active segment is looked at while it is one, too.
  const live = await dumped(path.join(directory, 'ours-0'), log.end)
  await log.truncateTo(Math.floor(log.end / 2))
  fill(log, 100, 10)
  const { end } = log
  await store.close()
  return [
    `while it is open: ${live}`,
    `after a cut, more appends and a close: ${await dumped(path.join(directory, 'ours-0'), end)}`,
  ]
}

/** Lets `kafka-dump-log` read every file of a log; throws at the first word of complaint, and when records are missing. */
export async function dumped(directory: string, end: number): Promise<string> {
  const files = readdirSync(directory)
    .filter(name => /^\d{20}\.(log|index|timeindex|txnindex)$/.test(name))
    .map(name => path.join(directory, name))
  const arguments_ = ['--deep-iteration', '--index-sanity-check', '--files', files.join(',')]
  const text = await mustRun('java', toolCommand('kafka-dump-log', arguments_), { timeoutMs: 120_000 })
  // Without the sanity check the tool compares each index entry with the log.
  const indexes = files.filter(name => name.endsWith('index') && existsSync(name))
  const compared = await mustRun('java', toolCommand('kafka-dump-log', ['--files', indexes.join(',')]), {
    timeoutMs: 120_000,
  })
  const complaint =
    /.*(isvalid: false|[Mm]ismatch|Non-consecutive|Exception|corrupt|invalid bytes|Found timestamp).*/.exec(
      text + compared,
    )
  if (complaint) throw new Error(`kafka-dump-log says of ${directory}: ${complaint[0]}`)
  // Of an index without entries, as that of a segment just begun, the tool says no more than that it is empty.
  const passed = text.match(/passed sanity check| is empty\./g)?.length ?? 0
  const checked = files.filter(name => /\.(index|timeindex)$/.test(name)).length
  if (passed < checked) throw new Error(`${passed} of ${checked} indexes passed the sanity check`)
  const last = [...text.matchAll(/^\| offset: (\d+)/gm)].reduce(
    (most, [, offset]) => Math.max(most, Number(offset)),
    -1,
  )
  const records = text.match(/^\| offset: /gm)?.length ?? 0
  if (last !== end - 1) throw new Error(`the last record is at ${last}, not at ${end - 1}`)
  return `kafka-dump-log reads ${files.length} files, ${records} records, ${passed} indexes without complaint`
}
