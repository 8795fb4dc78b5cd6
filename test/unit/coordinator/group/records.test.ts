import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from '../../../../src/coordinator/group/records'
import { Malformed } from '../../../../src/protocol/wire/faults'
import { classicGroup, committed } from '../../../support/group-turn'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** Keys and values as Apache Kafka 4.4.0 wrote them. */
const recorded = {
  newGroup: { key: '000200036b6a67', value: '0003000000000000ffffffff000001a21501780300000000' },
  stableGroup: {
    key: '000200036b6a67',
    value:
      '00030008636f6e73756d6572000000010012526f756e64526f62696e41737369676e657200286170702d30343666316338322d663736362d346434662d383162642d343538613864323163343162000001a21501781a0000000100286170702d30343666316338322d663736362d346434662d383162642d343538613864323163343162ffff0003617070000a2f3132372e302e302e3100001388000027100000000e00000000000100026b6a000000000000001e00000000000100026b6a0000000300000000000000010000000200000000',
  },
  offset: {
    key: '000100036b6a6700026b6a00000002',
    value: '00040000000000000008ffffffff01000001a2150178fa01001038335dab49094afeaf90c52d72727c4a',
  },
}

test.each(Object.entries(recorded))(
  'what Kafka wrote is understood and written the same: %s',
  (_name, { key, value }) => {
    const record = decodeGroupRecord(hex(key), hex(value))!
    const written = encodeGroupRecord(record)
    expect(written.key.toString('hex')).toBe(key)
    expect(written.value?.toString('hex')).toBe(value)
  },
)

test('a stable group of Kafka', () => {
  const { key, value } = recorded.stableGroup
  const record = decodeGroupRecord(hex(key), hex(value)) as Extract<GroupRecord, { kind: 'group' }>
  expect(record).toMatchObject({
    kind: 'group',
    group: 'kjg',
    value: { protocolType: 'consumer', generation: 1, protocol: 'RoundRobinAssigner' },
  })
  expect(record.value?.members[0]).toMatchObject({
    clientHost: '/127.0.0.1',
    rebalanceTimeout: 5000,
    sessionTimeout: 10000,
  })
})

test('an offset of Kafka', () => {
  const { key, value } = recorded.offset
  expect(decodeGroupRecord(hex(key), hex(value))).toEqual({
    kind: 'offset',
    group: 'kjg',
    topic: 'kj',
    partition: 2,
    value: {
      offset: 8n,
      leaderEpoch: -1,
      metadata: '',
      commitTimestamp: 0x01a2150178fa,
      expireTimestamp: -1,
      topicId: '38335dab49094afeaf90c52d72727c4a',
    },
  })
})

test('an offset with an expiry of its own is written in the version that can carry it', () => {
  const { value } = encodeGroupRecord(committed('g', 't', 0, 5, { expireTimestamp: 77 }))
  expect(value?.readInt16BE(0)).toBe(1)
  const read = decodeGroupRecord(encodeGroupRecord(committed('g', 't', 0, 5)).key, value)
  expect(read).toMatchObject({ value: { offset: 5n, expireTimestamp: 77, topicId: '0'.repeat(32) } })
})

test('tombstones have no value', () => {
  for (const record of [
    { kind: 'group', group: 'g', value: null } as const,
    { kind: 'offset', group: 'g', topic: 't', partition: 1, value: null } as const,
  ]) {
    const { key, value } = encodeGroupRecord(record)
    expect(value).toBeNull()
    expect(decodeGroupRecord(key, value)).toEqual(record)
  }
})

test('the oldest keys are read', () => {
  const key = hex('00000001670001740000000a')
  const value = hex('0000000000000000000500016d0000000000000007')
  expect(decodeGroupRecord(key, value)).toEqual({
    kind: 'offset',
    group: 'g',
    topic: 't',
    partition: 10,
    value: {
      offset: 5n,
      leaderEpoch: -1,
      metadata: 'm',
      commitTimestamp: 7,
      expireTimestamp: -1,
      topicId: '0'.repeat(32),
    },
  })
})

test('records of other groups, and of a Kafka to come, are left alone', () => {
  expect(decodeGroupRecord(hex('0003000167'), hex('0000'))).toBeNull()
  expect(decodeGroupRecord(hex('7fff'), hex('0000'))).toBeNull()
})

test('what is read does not hold on to the buffer that it was read from', () => {
  const { key, value } = encodeGroupRecord(classicGroup('g', ['m']))
  const segment = Buffer.concat([Buffer.alloc(1000), value!])
  const record = decodeGroupRecord(key, segment.subarray(1000)) as Extract<GroupRecord, { kind: 'group' }>
  const [member] = record.value!.members
  segment.fill(0)
  expect(member?.assignment.toString()).toBe('for m')
  expect(member?.subscription.length).toBe(13)
})

describe('what cannot be read', () => {
  const { newGroup, offset } = recorded
  /** With another version in front. */
  const of = (version: string, value: string) => version + value.slice(4)

  // Apache Kafka 4.4 was asked with each of them: it answers NOT_COORDINATOR for all groups of the partition.
  test.each<[string, string, string | null]>([
    ['an empty key', '', offset.value],
    ['a key of one byte', '00', offset.value],
    ['a key that is cut', offset.key.slice(0, -6), offset.value],
    ['a key that is cut, without a value', offset.key.slice(0, -6), null],
    ['a group that is null', '0002ffff', newGroup.value],
    ['an offset of no bytes', offset.key, ''],
    ['an offset that is cut', offset.key, of('0003', offset.value).slice(0, -6)],
    ['an offset of a later version', offset.key, of('0063', offset.value)],
    ['an offset of a negative version', offset.key, of('ffff', offset.value)],
    ['a group that is cut', newGroup.key, newGroup.value.slice(0, -6)],
    ['a group of a later version', newGroup.key, of('0063', newGroup.value)],
  ])('is refused as a whole: %s', (_what, key, value) => {
    expect(() => decodeGroupRecord(hex(key), value === null ? null : hex(value))).toThrow(Malformed)
  })

  test.each<[string, string, string | null]>([
    ['of a type that nobody knows', '0063000141', offset.value],
    ['of a type that nobody knows, without a value', '0063000141', null],
    ['of a negative type', 'ffff000141', offset.value],
    ['of text', Buffer.from('hello').toString('hex'), Buffer.from('world').toString('hex')],
  ])('is passed over, as by Kafka, where the key is %s', (_what, key, value) => {
    expect(decodeGroupRecord(hex(key), value === null ? null : hex(value))).toBeNull()
  })

  test('may have more behind it', () => {
    expect(decodeGroupRecord(hex(`${offset.key}0102`), hex(`${offset.value}01`))).toMatchObject({
      value: { offset: 8n },
    })
  })
})
