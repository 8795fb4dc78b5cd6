/** What is found out before an append is what the append would have found out. */
import { AtMost } from '../../../src/platform/pieces'
import { prepare, type Prepared } from '../../../src/partition/prepare'
import type { PartitionConfig } from '../../../src/partition/partition-config'
import { rulesOf } from '../../../src/partition/partition-config'
import { batchHeaderBytes, compressionAt } from '../../../src/protocol/records/batch'
import { codecsHere } from '../../../src/protocol/records/compression'
import { crc32c } from '../../../src/protocol/records/crc32c'
import { recompressed } from '../../../src/protocol/records/rebuild'
import { buildBatch } from '../../../src/protocol/records/records'

const nowMs = 1_700_000_000_000
const config: PartitionConfig = {
  maxMessageBytes: 1_000_000,
  minInsyncReplicas: 1,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicy: ['delete'],
  compressionType: 'producer',
}

function batchOf(records: number, compression: number, valueBytes = 10): Buffer {
  return buildBatch({
    compression,
    records: Array.from({ length: records }, (_, i) => ({
      timestampMs: nowMs - (i % 7),
      key: null,
      value: Buffer.alloc(valueBytes, i),
    })),
  })
}

/** What a batch is prepared to, the costs of the pieces of it, and whether a copy of it was kept. */
async function preparedOf(batch: Buffer, change: Partial<PartitionConfig> = {}, checksRecords = true) {
  const changed = { ...config, ...change }
  const costs: number[] = []
  const pieces = { pieceCost: 16_384, do: async (piece: () => number) => void costs.push(piece()) }
  let isOwn = false
  const own = () => {
    isOwn = true
    return Buffer.from(batch)
  }
  const preparation = { config: changed, rules: rulesOf('t-0', changed, nowMs), checksRecords }
  const found = prepare(batch, preparation, { pieces, codecs: codecsHere, opened: new AtMost(1) }, own)
  const isLater = found instanceof Promise
  const prepared: Prepared | null = await found
  // What the network's buffer holds afterwards is of no concern where a copy was made.
  if (isLater) batch.fill(0)
  expect(isOwn).toBe(isLater)
  return { prepared, costs, isLater }
}

test('what is not compressed, or need not be opened, is not prepared', async () => {
  expect((await preparedOf(batchOf(50_000, 0))).prepared).toBeNull()
  expect((await preparedOf(batchOf(50_000, 1), {}, false)).prepared).toBeNull()
  expect((await preparedOf(batchOf(10, 0), { compressionType: 'gzip' })).prepared).toBeNull()
  expect((await preparedOf(batchOf(10, 1), { compressionType: 'gzip', maxMessageBytes: 10 })).prepared).toBeNull()
})

test('a short batch that is compressed is opened at once', async () => {
  const { prepared, isLater } = await preparedOf(batchOf(10, 1))
  expect(isLater).toBe(false)
  expect(prepared!.facts!()).toEqual({ maxTimestampMs: nowMs })
})

test.each([
  ['many records', batchOf(50_000, 1)],
  ['few that become very long', batchOf(3, 1, 1_000_000)],
])('a long one is looked at later, in pieces: %s', async (_, batch) => {
  const { prepared, isLater, costs } = await preparedOf(batch)
  expect(isLater).toBe(true)
  expect(prepared!.facts!()).toEqual({ maxTimestampMs: nowMs })
  expect(prepared!.recompressed).toBeUndefined()
  expect(Math.max(...costs)).toBeLessThan(2 * 16_384)
})

test('one that is written anew is just what would have been written', async () => {
  for (const [from, to, name] of [
    [1, 0, 'uncompressed'],
    [0, 1, 'gzip'],
    [2, 3, 'lz4'],
  ] as const) {
    const batch = batchOf(5000, from)
    const expected = recompressed(batch, { compression: to })
    const { prepared, isLater } = await preparedOf(batch, { compressionType: name })
    expect(isLater).toBe(true)
    const made = prepared!.recompressed!()
    expect(compressionAt(made)).toBe(to)
    expect(made.equals(expected)).toBe(true)
  }
})

test('what cannot be opened is refused when it is appended, in the words that belong there', async () => {
  const damaged = batchOf(50_000, 1)
  damaged.fill(0xff, batchHeaderBytes + 20)
  damaged.writeUInt32BE(crc32c(damaged, 21), 17)
  const { prepared } = await preparedOf(damaged, { compressionType: 'lz4' })
  const refusal = expect.objectContaining({ error: 'UNKNOWN_SERVER_ERROR' })
  expect(() => prepared!.facts!()).toThrow(refusal)
  expect(() => prepared!.recompressed!()).toThrow(refusal)
  const short = batchOf(3, 1)
  short.fill(0xff, batchHeaderBytes + 12)
  expect((await preparedOf(short)).prepared!.facts).toThrow(refusal)
})

test('what records are refused for, and what becomes too long, is known without what was opened', async () => {
  const compacted = { cleanupPolicy: ['compact'] }
  for (const batch of [batchOf(10, 1), batchOf(50_000, 1)]) {
    const { prepared } = await preparedOf(batch, compacted)
    expect(prepared!.facts).toThrow(expect.objectContaining({ error: 'INVALID_RECORD' }))
  }
  const { prepared } = await preparedOf(batchOf(50_000, 1), {
    compressionType: 'uncompressed',
    maxMessageBytes: 900_000,
  })
  expect(prepared!.facts!()).toEqual({ maxTimestampMs: nowMs })
  expect(prepared!.recompressed).toThrow(expect.objectContaining({ error: 'MESSAGE_TOO_LARGE' }))
})
