/** Builds record batches for tests, by hand and independent of the code under test. */
import { crc32c } from '@node-rs/crc32'

export interface BatchSpec {
  readonly baseOffset?: number
  /** Timestamp of each record; their number is the number of records. */
  readonly timestamps?: readonly number[]
  readonly valueBytes?: number
  readonly fill?: number
  readonly leaderEpoch?: number
  readonly producerId?: number
  readonly baseSequence?: number
  readonly attributes?: number
}

function varint(value: number): number[] {
  let rest = value >= 0 ? BigInt(value) * 2n : BigInt(-value) * 2n - 1n
  const bytes: number[] = []
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

export function makeBatch(spec: BatchSpec = {}): Buffer {
  const timestamps = spec.timestamps ?? [1_700_000_000_000]
  const base = timestamps[0]!
  const value = Buffer.alloc(spec.valueBytes ?? 10, spec.fill ?? 120)
  const records = timestamps.map((timestamp, i) => {
    const head = Buffer.from([0, ...varint(timestamp - base), ...varint(i), ...varint(-1), ...varint(value.length)])
    const body = Buffer.concat([head, value, Buffer.from([0])])
    return Buffer.concat([Buffer.from(varint(body.length)), body])
  })
  const batch = Buffer.concat([Buffer.alloc(61), ...records])
  batch.writeBigInt64BE(BigInt(spec.baseOffset ?? 0), 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(spec.leaderEpoch ?? 0, 12)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(spec.attributes ?? 0, 21)
  batch.writeInt32BE(timestamps.length - 1, 23)
  batch.writeBigInt64BE(BigInt(base), 27)
  batch.writeBigInt64BE(BigInt(Math.max(...timestamps)), 35)
  batch.writeBigInt64BE(BigInt(spec.producerId ?? -1), 43)
  batch.writeInt16BE(spec.producerId === undefined ? -1 : 0, 51)
  batch.writeInt32BE(spec.baseSequence ?? -1, 53)
  batch.writeInt32BE(timestamps.length, 57)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

/** Base and last offset of each batch in stored bytes. */
export function offsetsIn(buffers: readonly Buffer[]): [number, number][] {
  const bytes = Buffer.concat(buffers)
  const found: [number, number][] = []
  for (let at = 0; at < bytes.length; at += bytes.readInt32BE(at + 8) + 12) {
    const base = Number(bytes.readBigInt64BE(at))
    found.push([base, base + bytes.readInt32BE(at + 23)])
  }
  return found
}
