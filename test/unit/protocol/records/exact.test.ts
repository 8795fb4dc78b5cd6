/** Timestamps beyond 2^53 - 1 stay what they are where a batch is written anew, though no number is exact there. */
import fc from 'fast-check'
import { exactVarlong, exactVarlongBytes, writeExactVarlong } from '../../../../src/protocol/records/exact'
import { recompressed } from '../../../../src/protocol/records/rebuild'
import { buildBatch, type NewRecord, recordsOf } from '../../../../src/protocol/records/records'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const far = 1_795_836_898_936_000_001n
const largest = 2n ** 63n - 1n

const record = (exact: bigint): NewRecord => ({
  timestampMs: Number(exact),
  ...(Number.isSafeInteger(Number(exact)) ? {} : { exactTimestamp: exact }),
  key: Buffer.from('k'),
  value: null,
})
const batchOf = (timestamps: readonly bigint[], more = {}) => buildBatch({ records: timestamps.map(record), ...more })
const timestampsOf = (batch: Buffer) =>
  recordsOf(batch, 0).map(({ timestampMs, exactTimestamp }) => exactTimestamp ?? BigInt(timestampMs))
const edges = (batch: Buffer) => [batch.readBigInt64BE(27), batch.readBigInt64BE(35)]

test('every int64 is written and read as it is', () => {
  fc.assert(
    fc.property(int64, value => {
      const bytes = Buffer.alloc(12)
      const end = writeExactVarlong(bytes, 1, value)
      expect(end - 1).toBe(exactVarlongBytes(value))
      expect(exactVarlong(bytes, 1)).toBe(value)
    }),
  )
})

test('a batch of any timestamps has them', () => {
  fc.assert(
    fc.property(fc.array(int64, { minLength: 1, maxLength: 5 }), timestamps => {
      expect(timestampsOf(batchOf(timestamps))).toEqual(timestamps)
    }),
  )
})

test('base and largest timestamp are exact', () => {
  expect(edges(batchOf([far, far + 6n, far + 2n]))).toEqual([far, far + 6n])
  expect(edges(batchOf([5n, largest]))).toEqual([5n, largest])
})

test('what is compressed otherwise, or has a horizon, keeps them', () => {
  const timestamps = [far, far + 1n, largest, 7n]
  const again = recompressed(batchOf(timestamps), { compression: 1, logAppendTimeMs: 1_000 })
  expect(edges(again)).toEqual([far, 1_000n])
  // The stamp hides them from readers.
  again.writeInt16BE(1, 21)
  expect(timestampsOf(again)).toEqual(timestamps)
  expect(timestampsOf(batchOf(timestamps, { deleteHorizonMs: 9_000 }))).toEqual(timestamps)
})
