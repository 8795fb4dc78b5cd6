import { headerAt, isControlAt, isTransactionalAt } from '../../../../src/protocol/records/batch'
import { buildEndMarker, endMarkerOf } from '../../../../src/protocol/records/control'
import { recordsOf } from '../../../../src/protocol/records/records'

test.each([true, false])('an end marker is written and read, commit %s', commit => {
  const marker = buildEndMarker({
    commit,
    coordinatorEpoch: 12,
    producerId: 4000,
    producerEpoch: 3,
    timestampMs: 1_700_000_000_000,
    baseOffset: 99,
    leaderEpoch: 5,
  })
  expect(isControlAt(marker) && isTransactionalAt(marker)).toBe(true)
  expect(headerAt(marker)).toMatchObject({
    baseOffset: 99,
    lastOffset: 99,
    producerId: 4000,
    producerEpoch: 3,
    baseSequence: -1,
  })
  const records = recordsOf(marker)
  expect(records.map(endMarkerOf)).toEqual([{ commit, coordinatorEpoch: 12 }])
  expect(records[0]!.key!.toString('hex')).toBe(commit ? '00000001' : '00000000')
  expect(records[0]!.value!.toString('hex')).toBe('00000000000c')
})

test('other types are passed over, and too short ones are corrupt', () => {
  const record = (key: string | null, value: string | null) => ({
    offset: 0,
    timestampMs: 0,
    key: key === null ? null : Buffer.from(key, 'hex'),
    value: value === null ? null : Buffer.from(value, 'hex'),
    headers: [],
  })
  expect(endMarkerOf(record('00000002', null))).toBeNull()
  expect(() => endMarkerOf(record(null, ''))).toThrow('without a type')
  expect(() => endMarkerOf(record('0000', ''))).toThrow('without a type')
  expect(() => endMarkerOf(record('00000001', '0000'))).toThrow('without an epoch')
  expect(() => endMarkerOf(record('00000001', null))).toThrow('without an epoch')
})
