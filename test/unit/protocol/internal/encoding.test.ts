import {
  decodeKey,
  decodeValue,
  encodeKey,
  encodeValue,
  recordTypeOf,
} from '../../../../src/protocol/internal/encoding'
import { GroupMetadataRecord } from '../../../../src/protocol/internal/group-metadata'
import { OffsetCommitRecord } from '../../../../src/protocol/internal/offset-commit'
import { Malformed, Unwritable } from '../../../../src/protocol/wire/faults'

const key = { group: 'g', topic: 't', partition: 1 }
const value = { offset: 5n, leaderEpoch: 2, metadata: 'm', commitTimestamp: 9 }

test('a key begins with its type', () => {
  const bytes = encodeKey(OffsetCommitRecord, key)
  expect(bytes.toString('hex')).toBe('0001' + '000167' + '000174' + '00000001')
  expect(recordTypeOf(bytes)).toBe(1)
  expect(decodeKey(OffsetCommitRecord, bytes)).toEqual(key)
  expect(() => decodeKey(GroupMetadataRecord, bytes)).toThrow(Malformed)
})

test('a value begins with its version', () => {
  const bytes = encodeValue(OffsetCommitRecord, 3, value)
  expect(bytes.toString('hex')).toBe('0003' + '0000000000000005' + '00000002' + '00016d' + '0000000000000009')
  expect(decodeValue(OffsetCommitRecord, bytes)).toMatchObject(value)
})

test('what a version cannot carry is not written', () => {
  const nullMetadata = { ...value, metadata: null as unknown as string }
  expect(() => encodeValue(OffsetCommitRecord, 3, nullMetadata)).toThrow(Unwritable)
})

test('versions of the future and truncated records are malformed', () => {
  expect(() => decodeValue(OffsetCommitRecord, Buffer.from('0063', 'hex'))).toThrow(
    'OffsetCommitValue has no version 99',
  )
  expect(() => decodeValue(OffsetCommitRecord, Buffer.from('0003000000', 'hex'))).toThrow(Malformed)
  expect(() => recordTypeOf(Buffer.alloc(1))).toThrow(Malformed)
})
