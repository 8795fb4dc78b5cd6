/** Keyed logs for tests of compaction: what is in them, and a round with nothing special about it. */
import { batchBytesAt } from '../../src/protocol/records/batch'
import { codecsHere } from '../../src/protocol/records/compression'
import { buildBatch, recordsOf, type NewBatch } from '../../src/protocol/records/records'
import type { CompactionWork, Log } from '../../src/storage/log'

export const t0 = 1_700_000_000_000

/** A key, and a value or null for a tombstone. */
export type Pair = readonly [key: string | null, value: string | null]

export function keyedBatch(
  pairs: readonly Pair[],
  how: Omit<NewBatch, 'records'> & { timestampMs?: number } = {},
): Buffer {
  const { timestampMs = t0, ...rest } = how
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
  return buildBatch({
    ...rest,
    records: pairs.map(([key, value], i) => ({ timestampMs: timestampMs + i, key: bytes(key), value: bytes(value) })),
  })
}

/** Offset, key and value of every record; control batches and empty ones by their offsets alone. */
export function contentOf(log: Log): string[] {
  const content: string[] = []
  log.forEachBatch(log.start, (buffer, at) => {
    const batch = Buffer.from(buffer.subarray(at, at + batchBytesAt(buffer, at)))
    const isControl = (batch.readInt16BE(21) & 0x20) !== 0
    const [base, lastDelta] = [Number(batch.readBigInt64BE(0)), batch.readInt32BE(23)]
    const records = recordsOf(batch)
    if (records.length === 0) content.push(`${base}..${base + lastDelta} empty`)
    for (const { offset, key, value } of records) {
      content.push(isControl ? `${offset} marker` : `${offset} ${key?.toString() ?? null}=${value?.toString() ?? null}`)
    }
  })
  return content
}

export const roundOf = (change: Partial<CompactionWork> = {}): CompactionWork => ({
  policy: { upTo: Number.MAX_SAFE_INTEGER, minLagMs: 0, maxLagMs: Infinity },
  nowMs: t0,
  deleteRetentionMs: 1000,
  mapBytes: 1024 * 1024,
  mapLoadFactor: 0.9,
  keepsHeader: () => false,
  pace: () => Promise.resolve(),
  codecs: codecsHere,
  ...change,
})
