/** Record batches for scenarios, good ones and broken ones. Times are fixed, so that both brokers store the same bytes. */
import zlib from 'node:zlib'
import { crc32c } from '../../src/protocol/records/crc32c'
import { type NewBatch, type NewRecord, buildBatch } from '../../src/protocol/records/records'

/** Three hours ago: old enough not to be taken for "now", young enough not to be expired. */
export const t0 = Math.floor(Date.now() / 60_000) * 60_000 - 3 * 3_600_000

export function record(value: string | null, key: string | null = 'k', timestampMs = t0): NewRecord {
  return { timestampMs, key: key === null ? null : Buffer.from(key), value: value === null ? null : Buffer.from(value) }
}

/** A batch of these values, a second between them. */
export function batch(
  values: readonly (string | null)[],
  more: Partial<NewBatch> & { readonly fromMs?: number } = {},
): Buffer {
  const { fromMs = t0, ...rest } = more
  return buildBatch({
    ...rest,
    records: values.map((value, index) => record(value, `k${index}`, fromMs + index * 1000)),
  })
}

/** Writes the CRC anew after a change to what it covers. */
export function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, 21), 17)
  return bytes
}

/** A copy with a change in its header and a CRC that fits. */
export function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return sealed(copy)
}

/** A copy whose CRC does not fit. */
export function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
  return copy
}

export interface OldMessage {
  readonly key: string | null
  readonly value: string | null
}

const bytesField = (text: string | null): Buffer => {
  if (text === null) return Buffer.from([255, 255, 255, 255])
  const body = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** A message set of magic 0 or 1, as clients before 0.11 sent it. */
export function messageSet(magic: 0 | 1, messages: readonly OldMessage[]): Buffer {
  const parts = messages.map(({ key, value }, index) => {
    const time = Buffer.alloc(magic === 1 ? 8 : 0)
    if (magic === 1) time.writeBigInt64BE(BigInt(t0 + index * 1000))
    const body = Buffer.concat([Buffer.from([magic, 0]), time, bytesField(key), bytesField(value)])
    const head = Buffer.alloc(16)
    head.writeBigInt64BE(BigInt(index))
    head.writeInt32BE(body.length + 4, 8)
    head.writeUInt32BE(zlib.crc32(body), 12)
    return Buffer.concat([head, body])
  })
  return Buffer.concat(parts)
}

/** One message that holds others, compressed with gzip, as clients before 0.11 sent them; in magic 1 offsets are relative. */
export function wrapperMessage(magic: 0 | 1, messages: readonly OldMessage[]): Buffer {
  return wrapperOf(magic, 1, zlib.gzipSync(messageSet(magic, messages)), messages.length)
}

/** A message of which the attributes say that it holds `count` others, in the compression `codec`. */
export function wrapperOf(magic: 0 | 1, codec: number, value: Buffer | null, count = 1): Buffer {
  const time = Buffer.alloc(magic === 1 ? 8 : 0)
  if (magic === 1) time.writeBigInt64BE(BigInt(t0 + (count - 1) * 1000))
  const length = Buffer.alloc(4)
  length.writeInt32BE(value?.length ?? -1)
  const body = Buffer.concat([Buffer.from([magic, codec]), time, bytesField(null), length, value ?? Buffer.alloc(0)])
  const head = Buffer.alloc(16)
  head.writeBigInt64BE(BigInt(count - 1))
  head.writeInt32BE(body.length + 4, 8)
  head.writeUInt32BE(zlib.crc32(body), 12)
  return Buffer.concat([head, body])
}
