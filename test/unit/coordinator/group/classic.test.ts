import { decideHeartbeat } from '../../../../src/coordinator/group/classic/heartbeat'
import { decideJoin } from '../../../../src/coordinator/group/classic/join'
import { decideLeave } from '../../../../src/coordinator/group/classic/leave'
import { decideFirstJoinOver } from '../../../../src/coordinator/group/classic/rebalance'
import { decideEvict, decideSessionExpired } from '../../../../src/coordinator/group/classic/remove'
import { decideSync } from '../../../../src/coordinator/group/classic/sync'
import { decideDeleteGroups } from '../../../../src/coordinator/group/delete'
import { decideLoaded } from '../../../../src/coordinator/group/timers'
import { errors } from '../../../../src/protocol/errors'
import { classicGroup, Deciding } from '../../../support/group-turn'

const subscription = Buffer.from('000000000001000174ffffffff', 'hex')

function joining(memberId: string, groupInstanceId: string | null = null, version = 9) {
  return {
    version,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    request: {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 5_000,
      memberId,
      groupInstanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription }],
      reason: null,
    },
  }
}

test('a restart finds a stable group in which nothing has changed', () => {
  const deciding = new Deciding().replay(classicGroup('g', ['m', 'n']))
  const group = deciding.machine.classic('g')!
  expect(group).toMatchObject({ state: 'Stable', generation: 3, leader: 'm', protocolName: 'range' })
  expect([...group.subscribed!]).toEqual(['t'])
  expect(group.members.get('n')).toMatchObject({ rebalanceTimeoutMs: 5_000, sessionTimeoutMs: 10_000, isNew: false })
  deciding.decide(at => decideLoaded(at))
  const beat = { groupId: 'g', generationId: 3, memberId: 'n', groupInstanceId: null }
  expect(deciding.decide(at => decideHeartbeat(at, beat)).reply).toBe(0)
  const again = deciding.decide(at => decideJoin(at, joining('n')))
  expect(again.reply).toMatchObject({ errorCode: 0, generationId: 3, memberId: 'n', members: [] })
  expect(again.records).toEqual([])
})

test('the last record of a group is the one that counts', () => {
  const deciding = new Deciding().replay(classicGroup('g', ['m']), classicGroup('g', [], { generation: 4 }))
  expect(deciding.machine.classic('g')).toMatchObject({ state: 'Empty', generation: 4, protocolType: 'consumer' })
  deciding.replay({ kind: 'group', group: 'g', value: null })
  expect(deciding.machine.classic('g')).toBeNull()
})

test('a newcomer leaves the record of a new group', () => {
  const deciding = new Deciding()
  const { reply, records } = deciding.decide(at => decideJoin(at, joining('')))
  expect(reply).toMatchObject({ errorCode: errors.MEMBER_ID_REQUIRED.code, memberId: 'client-uuid' })
  expect(records).toEqual([
    {
      kind: 'group',
      group: 'g',
      value: {
        protocolType: '',
        generation: 0,
        protocol: null,
        leader: null,
        currentStateTimestamp: deciding.world.clock.now(),
        members: [],
      },
    },
  ])
})

test('a leader that hands in the assignment makes it durable', () => {
  const deciding = new Deciding()
  deciding.decide(at => decideJoin(at, joining('', 'i1')))
  const group = deciding.machine.classic('g')!
  expect(group.state).toBe('PreparingRebalance')
  // The initial delay is over.
  const { records: none } = deciding.decide(at => decideFirstJoinOver(at, 'g', 0, 0))
  expect(none).toEqual([])
  expect(group).toMatchObject({ state: 'CompletingRebalance', generation: 1 })
  const { records } = deciding.decide(at =>
    decideSync(at, {
      groupId: 'g',
      generationId: 1,
      memberId: 'i1-uuid',
      groupInstanceId: 'i1',
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId: 'i1-uuid', assignment: Buffer.from('all') }],
    }),
  )
  expect(group.state).toBe('Stable')
  expect(records).toMatchObject([
    {
      kind: 'group',
      value: {
        generation: 1,
        leader: 'i1-uuid',
        protocol: 'range',
        members: [
          {
            memberId: 'i1-uuid',
            groupInstanceId: 'i1',
            clientId: 'client',
            clientHost: '/127.0.0.1',
            rebalanceTimeout: 5_000,
            sessionTimeout: 10_000,
            subscription,
            assignment: Buffer.from('all'),
          },
        ],
      },
    },
  ])
})

test('the last member to leave leaves an empty generation', () => {
  const deciding = new Deciding().replay(classicGroup('g', ['m']))
  const { reply, records } = deciding.decide(at =>
    decideLeave(at, 'g', [{ memberId: 'm', groupInstanceId: null, reason: null }]),
  )
  expect(reply).toEqual([{ memberId: 'm', groupInstanceId: null, errorCode: 0 }])
  expect(records).toMatchObject([
    { kind: 'group', value: { generation: 4, protocolType: 'consumer', protocol: null, leader: null, members: [] } },
  ])
})

test('of a group of two the one whose session ran out is gone, and the other has to rejoin', () => {
  const deciding = new Deciding().replay(classicGroup('g', ['m', 'n']))
  expect(deciding.decide(at => decideSessionExpired(at, 'g', 'm')).records).toEqual([])
  expect(deciding.machine.classic('g')).toMatchObject({ state: 'PreparingRebalance', leader: 'n' })
  // Twice is once.
  deciding.decide(at => decideSessionExpired(at, 'g', 'm'))
  expect([...deciding.machine.classic('g')!.members.keys()]).toEqual(['n'])
})

test('static members are not evicted', () => {
  const record = classicGroup('g', ['m'])
  if (record.kind === 'group') record.value!.members[0]!.groupInstanceId = 'i'
  const deciding = new Deciding().replay(record)
  deciding.decide(at => decideEvict(at, 'g', 'm'))
  deciding.decide(at => decideEvict(at, 'nobody', 'm'))
  expect(deciding.machine.classic('g')!.members.size).toBe(1)
})

test('a group that is larger than it may be rebalances when it is loaded', () => {
  const deciding = new Deciding().replay(classicGroup('g', ['m', 'n', 'o']))
  deciding.settings = { ...deciding.settings, maxSize: 2 }
  deciding.decide(at => decideLoaded(at))
  expect(deciding.machine.classic('g')?.state).toBe('PreparingRebalance')
})

test('deleting a group forgets its offsets first', () => {
  const deciding = new Deciding().replay(classicGroup('g', []), classicGroup('h', ['m']))
  deciding.replay({
    kind: 'offset',
    group: 'g',
    topic: 't',
    partition: 0,
    value: {
      offset: 1n,
      leaderEpoch: -1,
      metadata: '',
      commitTimestamp: 0,
      expireTimestamp: -1,
      topicId: '0'.repeat(32),
    },
  })
  const { reply, records } = deciding.decide(at => decideDeleteGroups(at, ['g', 'h', 'nobody', 'g']))
  expect(reply).toEqual([
    0,
    errors.NON_EMPTY_GROUP.code,
    errors.GROUP_ID_NOT_FOUND.code,
    errors.GROUP_ID_NOT_FOUND.code,
  ])
  expect(records).toEqual([
    { kind: 'offset', group: 'g', topic: 't', partition: 0, value: null },
    { kind: 'group', group: 'g', value: null },
  ])
})
