/**
 * What a log costs without a broker around it: appends and reads by size of batch, in memory and in files.
 *
 *     node scripts/run.js bench/log.ts [MiB per measurement, default 256]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../src/platform/logger'
import { nodePlatform } from '../src/platform/node/platform'
import { buildBatch } from '../src/protocol/records/records'
import { defaultLogConfig, type Log, type LogStore } from '../src/storage/log'
import { MemoryStore } from '../src/storage/memory/store'
import { openFileStore } from '../src/storage/segments/store'

const totalBytes = Number(process.argv[2] ?? 256) * 1024 * 1024
const platform = nodePlatform({ logger: silentLogger })
const upTo = Number.MAX_SAFE_INTEGER

function batchOf(bytes: number): Buffer {
  const record = { timestampMs: 1_700_000_000_000, key: null, value: Buffer.alloc(Math.max(10, bytes - 75), 120) }
  return buildBatch({ records: [record] })
}

async function timed(what: string, operations: number, bytes: number, run: () => Promise<void> | void): Promise<void> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  await run()
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const cells = [
    what.padEnd(44),
    `${((seconds / operations) * 1e6).toFixed(2)} us`.padStart(12),
    `${(bytes / seconds / 1e6).toFixed(0)} MB/s`.padStart(12),
    `${((user + system) / operations).toFixed(2)} us cpu`.padStart(14),
  ]
  process.stdout.write(`${cells.join('')}\n`)
}

async function appends(log: Log, name: string, batchBytes: number): Promise<void> {
  const batch = batchOf(batchBytes)
  const count = Math.min(400_000, Math.floor(totalBytes / batch.length))
  await timed(`${name}: append ${batchBytes}`, count, count * batch.length, async () => {
    for (let i = 0; i < count; i += 1) {
      log.append(batch, { leaderEpoch: 0 })
      if (i % 4096 === 0) await new Promise(setImmediate)
    }
  })
}

async function reads(log: Log, name: string, maxBytes: number): Promise<void> {
  let bytes = 0
  let count = 0
  const sequential = () => {
    for (let next = 0; next < log.end && bytes < totalBytes; count += 1) {
      const { buffers, sizeBytes } = log.read(next, { maxBytes, upTo })
      const last = buffers.at(-1)!
      let at = 0
      // A consumer knows where it stopped; here the last batch has to be looked for.
      for (let to = at; to < last.length; to += last.readInt32BE(to + 8) + 12) at = to
      next = Number(last.readBigInt64BE(at)) + last.readInt32BE(at + 23) + 1
      bytes += sizeBytes
    }
  }
  const began = process.hrtime.bigint()
  sequential()
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  const perRead = `${((seconds / count) * 1e6).toFixed(2)} us`
  process.stdout.write(
    `${`${name}: read on, ${maxBytes} at most`.padEnd(44)}${perRead.padStart(12)}${`${(bytes / seconds / 1e6).toFixed(0)} MB/s`.padStart(12)}\n`,
  )
  const random = Array.from({ length: 2000 }, (_, i) => ((i * 2654435761) % 4294967296) % log.end)
  await timed(`${name}: read anywhere, one batch`, random.length, 0, () => {
    for (const offset of random) log.read(offset, { maxBytes: 1, upTo })
  })
}

async function flushes(log: Log, name: string, waiters: number): Promise<void> {
  const batch = batchOf(16_384)
  const rounds = Math.ceil(2000 / waiters)
  await timed(
    `${name}: append 16384 and flush, ${waiters} at once`,
    rounds * waiters,
    rounds * waiters * batch.length,
    async () => {
      const producer = async () => {
        for (let i = 0; i < rounds; i += 1) {
          const { last } = log.append(batch, { leaderEpoch: 0 })
          await log.flush(last + 1)
        }
      }
      await Promise.all(Array.from({ length: waiters }, producer))
    },
  )
}

async function measure(store: LogStore, name: string): Promise<void> {
  let partition = 0
  const open = () =>
    store.open({ topic: 'bench', partition: (partition += 1), topicId: '0'.repeat(32) }, () => defaultLogConfig)
  for (const batchBytes of [100, 1024, 16_384, 1024 * 1024]) {
    const log = await open()
    await appends(log, name, batchBytes)
    if (batchBytes <= 16_384) await reads(log, name, 1024 * 1024)
    if (batchBytes === 1024) await reads(log, name, 65_536)
    await store.drop(log.id)
  }
  if (store.supports.flush) for (const waiters of [1, 8, 64]) await flushes(await open(), name, waiters)
}

async function main(): Promise<void> {
  await measure(new MemoryStore(platform.clock, platform.random), 'memory')
  for (const flush of ['os', 'group'] as const) {
    const directory = mkdtempSync(join(tmpdir(), 'bench-log-'))
    const store = await openFileStore(platform, { directory, flush, nodeId: 1 })
    await measure(store, `files, ${flush}`)
    await store.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
})
