/** What does not fit into a batch of `__consumer_offsets` is refused, and neither written nor kept. */
import { errors } from '../../../../src/protocol/errors'
import { Heartbeat } from '../../../../src/protocol/messages/heartbeat'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { SyncGroup } from '../../../../src/protocol/messages/sync-group'
import { GroupBench } from '../../../support/group-bench'

const batchBytesMax = 20_000
const bench = () => new GroupBench({ settings: { batchBytesMax } })

async function joined(about: GroupBench, metadata: Buffer) {
  const client = about.connect()
  const request = { groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 3000, protocolType: 'consumer' }
  const join = (memberId: string) =>
    about.world.until(
      about.ask(client, JoinGroup, 4, { ...request, memberId, protocols: [{ name: 'range', metadata }] }),
    )
  const { memberId } = await join('')
  const { generationId } = await join(memberId)
  return { client, groupId: 'g', memberId, generationId }
}

async function synced(about: GroupBench, metadata: Buffer, assignment: Buffer) {
  const { client, ...member } = await joined(about, metadata)
  const assignments = [{ memberId: member.memberId, assignment }]
  const { errorCode } = await about.world.until(about.ask(client, SyncGroup, 2, { ...member, assignments }))
  const beat = await about.world.until(about.ask(client, Heartbeat, 2, member))
  return { errorCode, beat: beat.errorCode }
}

test.each([
  ['an assignment', Buffer.alloc(0), Buffer.alloc(batchBytesMax)],
  ['what a member says of itself', Buffer.alloc(batchBytesMax), Buffer.alloc(0)],
])('%s that is too large: the generation is over, and nothing is stored of it', async (_, metadata, assignment) => {
  const about = bench()
  expect(await synced(about, metadata, assignment)).toEqual({
    errorCode: errors.UNKNOWN_SERVER_ERROR.code,
    beat: errors.REBALANCE_IN_PROGRESS.code,
  })
  const described = await about.world.until(Promise.resolve(about.groups.describe('g', 6)))
  expect(described).toMatchObject({
    groupState: 'PreparingRebalance',
    members: [{ memberAssignment: Buffer.alloc(0) }],
  })
  const stored = JSON.stringify(about.logOf('g')).length
  expect(stored).toBeLessThan(batchBytesMax)
  about.restart()
  expect(await synced(about, Buffer.alloc(10), Buffer.alloc(10))).toEqual({ errorCode: 0, beat: 0 })
})

test('one that just fits is stored', async () => {
  const sizes: number[] = []
  for (let bytes = batchBytesMax - 400; bytes < batchBytesMax; bytes += 1) {
    const { errorCode } = await synced(bench(), Buffer.alloc(0), Buffer.alloc(bytes))
    if (errorCode === 0) sizes.push(bytes)
    else break
  }
  expect(sizes.length).toBeGreaterThan(0)
  expect(sizes.length).toBeLessThan(400)
})

test('a commit of more offsets than fit is refused as a whole', async () => {
  const about = bench()
  const topicId = about.createTopic('t', 1000)
  const commit = async (count: number) => {
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: 1n,
      committedLeaderEpoch: -1,
      committedMetadata: null,
    }))
    const asked = {
      groupId: 'h',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: [{ name: 't', topicId, partitions }],
    }
    const { topics } = await about.world.until(about.ask(about.connect(), OffsetCommit, 8, asked))
    return new Set(topics[0]!.partitions.map(({ errorCode }) => errorCode))
  }
  const before = about.logOf('h').end
  expect(await commit(1000)).toEqual(new Set([errors.UNKNOWN_SERVER_ERROR.code]))
  expect(about.logOf('h').end).toBe(before)
  expect(await commit(100)).toEqual(new Set([0]))
  expect(about.logOf('h').end).toBe(before + 100)
})
