import { decideCommit } from '../../../../../src/coordinator/group/offsets/commit'
import { fetchAllOffsets, fetchOffsets } from '../../../../../src/coordinator/group/offsets/fetch'
import {
  decideDeleteOffsets,
  decideExpire,
  decideForgetTopics,
  isOneOf,
} from '../../../../../src/coordinator/group/offsets/forget'
import { errors, Refusal } from '../../../../../src/protocol/errors'
import type { GroupRecord } from '../../../../../src/coordinator/group/records'
import { classicGroup, committed, Deciding, topicId } from '../../../../support/group-turn'

const hour = 3_600_000
const gone = (group: string, topic: string, partition: number) => ({
  kind: 'offset',
  group,
  topic,
  partition,
  value: null,
})

const ask = {
  groupId: 'g',
  memberId: '',
  groupInstanceId: null,
  generation: -1,
  retentionTimeMs: -1,
  version: 9,
  topics: [
    {
      name: 't',
      topicId: topicId('1'),
      partitions: [
        {
          partitionIndex: 0,
          committedOffset: 5n,
          committedLeaderEpoch: 2,
          committedMetadata: null,
          commitTimestamp: -1,
        },
      ],
    },
  ],
}

test('a simple consumer commits for a group that was not there', () => {
  const deciding = new Deciding()
  const nowMs = deciding.world.clock.now()
  const { reply, records } = deciding.decide(at => decideCommit(at, ask))
  expect(reply).toEqual([{ name: 't', topicId: topicId('1'), partitions: [{ partitionIndex: 0, errorCode: 0 }] }])
  expect(records).toEqual([
    committed('g', 't', 0, 5, { leaderEpoch: 2, commitTimestamp: nowMs, expireTimestamp: -1, topicId: topicId('1') }),
  ])
  expect(deciding.machine.classic('g')?.state).toBe('Empty')
  expect(deciding.machine.offsets.get('g', 't', 0)).toMatchObject({ offset: 5n, recordOffset: 0 })
})

test('a retention that the client asked for becomes a time', () => {
  const deciding = new Deciding()
  const { records } = deciding.decide(at => decideCommit(at, { ...ask, retentionTimeMs: 1000 }))
  expect(records[0]).toMatchObject({ value: { expireTimestamp: deciding.world.clock.now() + 1000 } })
})

test('a client of version 1 may say when it was', () => {
  const [topic] = ask.topics
  const topics = [{ ...topic!, partitions: [{ ...topic!.partitions[0]!, commitTimestamp: 77 }] }]
  const { records } = new Deciding().decide(at => decideCommit(at, { ...ask, topics, version: 1 }))
  expect(records[0]).toMatchObject({ value: { commitTimestamp: 77 } })
})

test.each([
  ['nobody, for a group with members', {}, 'UNKNOWN_MEMBER_ID'],
  ['a stranger', { memberId: 'x', generation: 3 }, 'UNKNOWN_MEMBER_ID'],
  ['a member of another generation', { memberId: 'm', generation: 2 }, 'ILLEGAL_GENERATION'],
  ['an instance that is not known', { memberId: 'm', generation: 3, groupInstanceId: 'i' }, 'UNKNOWN_MEMBER_ID'],
] as const)('%s may not commit', (_name, more, error) => {
  const deciding = new Deciding().replay(classicGroup('g', ['m']))
  expect(() => deciding.decide(at => decideCommit(at, { ...ask, ...more }))).toThrow(new Refusal(error))
})

test('a member commits for its generation', () => {
  const deciding = new Deciding().replay(classicGroup('g', ['m']))
  expect(deciding.decide(at => decideCommit(at, { ...ask, memberId: 'm', generation: 3 })).records).toHaveLength(1)
})

describe('fetching', () => {
  const { machine } = new Deciding().replay(
    committed('g', 't', 0, 5, { metadata: 'mine', leaderEpoch: 3 }),
    committed('g', 'old', 0, 7, { topicId: topicId('0') }),
  )
  const wanted = (name: string, id: string) => [{ name, topicId: id, partitionIndexes: [0, 1] }]
  const none = { partitionIndex: 1, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }

  test('gives what was committed, and -1 for the rest', () => {
    expect(fetchOffsets(machine, 'g', wanted('t', topicId('0')), false)[0]?.partitions).toEqual([
      { partitionIndex: 0, committedOffset: 5n, committedLeaderEpoch: 3, metadata: 'mine', errorCode: 0 },
      none,
    ])
    expect(fetchOffsets(machine, 'nobody', wanted('t', topicId('0')), false)[0]?.partitions[1]).toEqual(none)
  })

  test('knows a topic of the same name and another id for another', () => {
    const offsetOf = (name: string, id: string) =>
      fetchOffsets(machine, 'g', wanted(name, id), false)[0]?.partitions[0]?.committedOffset
    expect(offsetOf('t', topicId('1'))).toBe(5n)
    expect(offsetOf('t', topicId('2'))).toBe(-1n)
    expect(offsetOf('old', topicId('2'))).toBe(7n)
  })

  test('all', () => {
    expect(fetchAllOffsets(machine, 'g', false).map(({ name }) => name)).toEqual(['t', 'old'])
    expect(fetchAllOffsets(machine, 'nobody', false)).toEqual([])
  })

  test('only what is stable, when asked', () => {
    const pending = new Deciding().replay(committed('g', 't', 0, 5)).machine
    pending.replay(committed('g', 't', 0, 6), { offset: 9, origin: { producerId: 7, producerEpoch: 0 }, live: false })
    const unstable = errors.UNSTABLE_OFFSET_COMMIT.code
    expect(fetchOffsets(pending, 'g', wanted('t', topicId('1')), true)[0]?.partitions[0]).toMatchObject({
      committedOffset: -1n,
      errorCode: unstable,
    })
    expect(fetchAllOffsets(pending, 'g', true)[0]?.partitions[0]?.errorCode).toBe(unstable)
    expect(fetchAllOffsets(pending, 'g', false)[0]?.partitions[0]).toMatchObject({ committedOffset: 5n, errorCode: 0 })
    pending.replayMarker(true, { producerId: 7, producerEpoch: 0 })
    expect(fetchAllOffsets(pending, 'g', true)[0]?.partitions[0]).toMatchObject({ committedOffset: 6n, errorCode: 0 })
  })
})

test('offsets of deleted topics go, by id, or by name where the record has no id', () => {
  const deciding = new Deciding().replay(
    committed('g', 't', 0, 5),
    committed('g', 't', 1, 5, { topicId: topicId('0') }),
    committed('g', 't', 2, 5, { topicId: topicId('2') }),
    committed('h', 'u', 0, 5),
  )
  const isGone = isOneOf([{ name: 't', id: topicId('1') }])
  expect(deciding.decide(at => decideForgetTopics(at, isGone)).records).toEqual([gone('g', 't', 0), gone('g', 't', 1)])
  expect(deciding.decide(at => decideForgetTopics(at, isGone)).records).toEqual([])
})

describe('forgetting by request', () => {
  test('is for topics that nobody reads', () => {
    const deciding = new Deciding().replay(
      classicGroup('g', ['m']),
      committed('g', 't', 0, 5),
      committed('g', 'u', 0, 5),
    )
    const topics = ['t', 'u'].map(name => ({ name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }))
    const { reply, records } = deciding.decide(at => decideDeleteOffsets(at, 'g', topics))
    const codes = reply?.map(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
    expect(codes).toEqual([Array(2).fill(errors.GROUP_SUBSCRIBED_TO_TOPIC.code), [0, 0]])
    expect(records).toEqual([gone('g', 'u', 0)])
  })

  test('is refused for a group that is not there, or whose members are no consumers', () => {
    const deciding = new Deciding().replay(classicGroup('g', ['m'], { protocolType: 'connect' }))
    expect(() => deciding.decide(at => decideDeleteOffsets(at, 'g', []))).toThrow(new Refusal('NON_EMPTY_GROUP'))
    expect(() => deciding.decide(at => decideDeleteOffsets(at, 'h', []))).toThrow('Group h not found.')
  })
})

describe('growing old', () => {
  /** Two hours after everything below was committed, with a retention of one. */
  function expire(...records: GroupRecord[]) {
    const deciding = new Deciding().replay(...records)
    deciding.settings = { ...deciding.settings, offsetsRetentionMs: hour }
    const ago = deciding.world.clock.now() - 2 * hour
    return { deciding, ago, records: deciding.decide(at => decideExpire(at)).records }
  }
  const now = new Deciding().world.clock.now()

  test('a simple group goes with its last offset', () => {
    const { records } = expire(
      committed('g', 't', 0, 5, { commitTimestamp: now - 2 * hour }),
      committed('h', 't', 0, 5, { commitTimestamp: now - 2 * hour }),
      committed('h', 't', 1, 5, { commitTimestamp: now - 1000 }),
    )
    expect(records).toEqual([gone('g', 't', 0), { kind: 'group', group: 'g', value: null }, gone('h', 't', 0)])
  })

  test('an offset goes after exactly the retention', () => {
    expect(expire(committed('g', 't', 0, 5, { commitTimestamp: now - hour + 1 })).records).toEqual([])
    expect(expire(committed('g', 't', 0, 5, { commitTimestamp: now - hour })).records).toHaveLength(2)
  })

  test('a group that members left ages from then on', () => {
    const old = committed('g', 't', 0, 5, { commitTimestamp: now - 2 * hour })
    expect(expire(classicGroup('g', [], { currentStateTimestamp: now - hour + 1 }), old).records).toEqual([])
    expect(expire(classicGroup('g', [], { currentStateTimestamp: now - hour }), old).records).toHaveLength(2)
    // A record from before there was a time of the state.
    expect(expire(classicGroup('g', [], { currentStateTimestamp: -1 }), old).records).toHaveLength(2)
  })

  test('a group without members and offsets goes at the next look', () => {
    expect(expire(classicGroup('g', [], { currentStateTimestamp: now })).records).toEqual([
      { kind: 'group', group: 'g', value: null },
    ])
  })

  test('members keep what they read, and lose what they do not', () => {
    const { records } = expire(
      classicGroup('g', ['m']),
      committed('g', 't', 0, 5, { commitTimestamp: now - 2 * hour }),
      committed('g', 'u', 0, 5, { commitTimestamp: now - 2 * hour }),
    )
    expect(records).toEqual([gone('g', 'u', 0)])
  })

  test('members of whom it is not known what they read keep everything', () => {
    const old = committed('g', 'u', 0, 5, { commitTimestamp: now - 2 * hour })
    expect(expire(classicGroup('g', ['m'], { protocolType: 'connect' }), old).records).toEqual([])
  })

  test('a time that the client asked for goes before the retention', () => {
    expect(expire(committed('g', 't', 0, 5, { commitTimestamp: now, expireTimestamp: now })).records).toHaveLength(2)
    expect(
      expire(committed('g', 't', 0, 5, { commitTimestamp: now - 9 * hour, expireTimestamp: now + 1 })).records,
    ).toEqual([])
  })

  test('an open transaction keeps an offset and its group', () => {
    const deciding = new Deciding().replay(committed('g', 't', 0, 5, { commitTimestamp: now - 2 * hour }))
    deciding.settings = { ...deciding.settings, offsetsRetentionMs: hour }
    const origin = { producerId: 7, producerEpoch: 0 }
    deciding.machine.replay(committed('g', 't', 0, 6, { commitTimestamp: now }), { offset: 9, origin, live: false })
    expect(deciding.decide(at => decideExpire(at)).records).toEqual([])
    deciding.machine.replayMarker(false, origin)
    expect(deciding.decide(at => decideExpire(at)).records).toHaveLength(2)
  })
})
