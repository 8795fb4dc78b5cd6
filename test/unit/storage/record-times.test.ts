import { buildBatch } from '../../../src/protocol/records/records'
import { compressionNames } from '../../../src/protocol/records/compression'
import { firstRecordSince } from '../../../src/storage/record-times'

const batch = (compression: number): Buffer =>
  buildBatch({
    baseOffset: 100,
    leaderEpoch: 3,
    compression,
    records: [10, 30, 20, 40].map(timestampMs => ({ timestampMs, key: null, value: Buffer.from('v') })),
  })

test.each(compressionNames.map((name, codec) => [name, codec] as const))(
  'the very record is found in a batch of compression %s',
  (_name, codec) => {
    const bytes = batch(codec)
    expect(firstRecordSince(bytes, 0, 15, 0)).toEqual({ offset: 101, timestampMs: 30, leaderEpoch: 3 })
    expect(firstRecordSince(bytes, 0, 15, 102)).toEqual({ offset: 102, timestampMs: 20, leaderEpoch: 3 })
    expect(firstRecordSince(bytes, 0, 40, 0)).toEqual({ offset: 103, timestampMs: 40, leaderEpoch: 3 })
    expect(firstRecordSince(bytes, 0, 41, 0)).toBeNull()
  },
)
