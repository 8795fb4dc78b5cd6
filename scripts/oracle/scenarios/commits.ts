/** OffsetCommit, OffsetFetch, OffsetDelete. */
import { DeleteTopics } from '../../../src/protocol/messages/delete-topics'
import { LeaveGroup } from '../../../src/protocol/messages/leave-group'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetDelete } from '../../../src/protocol/messages/offset-delete'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { joined, stable, subscription } from './members'

interface Commit {
  readonly groupId: string
  readonly generationId?: number
  readonly memberId?: string
  readonly instanceId?: string | null
  readonly rows: readonly (readonly [topic: Topic, partition: number, offset: number, metadata?: string | null])[]
}

function commit(
  subject: Subject,
  { groupId, generationId = -1, memberId = '', instanceId = null, rows }: Commit,
  version = subject.newest(OffsetCommit),
) {
  const topics = rows.map(([topic, partitionIndex, committedOffset, metadata = '']) => ({
    name: topic.name,
    topicId: topic.id,
    partitions: [{ partitionIndex, committedOffset, committedMetadata: metadata }],
  }))
  const more = {
    ...(version >= 1 ? { generationIdOrMemberEpoch: generationId, memberId } : {}),
    ...(version >= 7 ? { groupInstanceId: instanceId } : {}),
  }
  return subject.ask(OffsetCommit, { groupId, ...more, topics }, version)
}

/** `null` asks for everything a group has committed. */
function fetch(
  subject: Subject,
  groupId: string,
  topics: readonly (readonly [Topic, readonly number[]])[] | null,
  version = subject.newest(OffsetFetch),
  more: { memberId?: string | null; memberEpoch?: number } = {},
) {
  const rows =
    topics?.map(([topic, partitionIndexes]) => ({ name: topic.name, topicId: topic.id, partitionIndexes })) ?? null
  if (version >= 8) return subject.ask(OffsetFetch, { groups: [{ groupId, topics: rows, ...more }] }, version)
  return subject.ask(OffsetFetch, { groupId, topics: rows }, version)
}

const nowhere: Topic = { name: 'nowhere', id: '0123456789abcdef0123456789abcdef' }

async function simpleCommits(subject: Subject, version: number): Promise<void> {
  const [a, b] = [await subject.topic('a', 2), await subject.topic('b')]
  const groupId = subject.name('g')
  await commit(
    subject,
    {
      groupId,
      rows: [
        [a, 0, 5, 'five'],
        [b, 0, 1, null],
      ],
    },
    version,
  )
  await commit(subject, { groupId, rows: [[a, 1, 0]] }, version)
  await fetch(subject, groupId, [
    [a, [0, 1]],
    [b, [0]],
  ])
  await fetch(subject, groupId, null)
  await commit(
    subject,
    {
      groupId,
      rows: [
        [a, 9, 1],
        [nowhere, 0, 1],
        [a, 0, 6],
      ],
    },
    version,
  )
  await commit(
    subject,
    {
      groupId,
      rows: [
        [a, 0, 7, 'm'.repeat(4096)],
        [a, 1, 8, 'm'.repeat(4097)],
      ],
    },
    version,
  )
  await commit(subject, { groupId, rows: [[a, 0, -1]] }, version)
  await commit(subject, { groupId: '', rows: [[a, 0, 1]] }, version)
  await commit(subject, { groupId, rows: [] }, version)
  await fetch(subject, groupId, null)
}

async function memberCommits(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('a')
  const groupId = subject.name('g')
  const rows = [[topic, 0, 1]] as const
  await commit(subject, { groupId, generationId: 3, memberId: 'ghost', rows }, version)
  const member = await stable(subject, groupId)
  await commit(subject, { ...member, rows }, version)
  await commit(subject, { ...member, generationId: 9, rows }, version)
  await commit(subject, { ...member, memberId: 'ghost', rows }, version)
  await commit(subject, { groupId, rows }, version)
  await commit(subject, { ...member, generationId: -1, rows }, version)
  if (version >= 7) await commit(subject, { ...member, instanceId: 'stranger', rows }, version)
  await fetch(subject, groupId, null)
}

/** A member that joined and has not synced may commit. */
async function unsynced(subject: Subject): Promise<void> {
  const topic = await subject.topic('a')
  const member = await joined(subject, { groupId: subject.name('g') })
  await commit(subject, { ...member, rows: [[topic, 0, 1]] })
  await fetch(subject, member.groupId, null)
}

async function fetches(subject: Subject, version: number): Promise<void> {
  const [a, b] = [await subject.topic('a', 3), await subject.topic('b')]
  const groupId = subject.name('g')
  await commit(subject, {
    groupId,
    rows: [
      [a, 0, 5, 'five'],
      [a, 2, 6],
      [b, 0, 1],
    ],
  })
  await fetch(
    subject,
    groupId,
    [
      [a, [0, 1, 2, 9]],
      [b, [0]],
    ],
    version,
  )
  await fetch(subject, groupId, [[b, []]], version)
  await fetch(subject, groupId, [], version)
  await fetch(subject, groupId, [[nowhere, [0]]], version)
  await fetch(subject, subject.name('other'), [[a, [0]]], version)
  await fetch(subject, '', [[a, [0]]], version)
  if (version >= 2) {
    await fetch(subject, groupId, null, version)
    await fetch(subject, subject.name('other'), null, version)
  }
  if (version < 8) return
  const topics = [{ name: a.name, topicId: a.id, partitionIndexes: [0] }]
  await subject.ask(
    OffsetFetch,
    {
      groups: [
        { groupId, topics },
        { groupId: subject.name('other'), topics: null },
        { groupId, topics: null },
      ],
      requireStable: true,
    },
    version,
  )
  await subject.ask(OffsetFetch, { groups: [] }, version)
  if (version < 9) return
  await fetch(subject, groupId, null, version, { memberId: 'ghost', memberEpoch: 3 })
  await fetch(subject, groupId, null, version, { memberId: '', memberEpoch: 0 })
  const member = await stable(subject, subject.name('live'))
  await fetch(subject, member.groupId, null, version, { memberId: member.memberId, memberEpoch: member.generationId })
  await fetch(subject, member.groupId, null, version, { memberId: 'ghost', memberEpoch: 1 })
}

async function deletes(subject: Subject): Promise<void> {
  const [a, b] = [await subject.topic('a', 2), await subject.topic('b')]
  const groupId = subject.name('g')
  const remove = (group: string, topics: readonly (readonly [string, readonly number[]])[]) =>
    subject.ask(
      OffsetDelete,
      {
        groupId: group,
        topics: topics.map(([name, list]) => ({ name, partitions: list.map(partitionIndex => ({ partitionIndex })) })),
      },
      0,
    )
  await remove(groupId, [[a.name, [0]]])
  await remove('', [[a.name, [0]]])
  const member = await stable(subject, groupId, { protocols: [['range', subscription([a.name])]] })
  await commit(subject, {
    ...member,
    rows: [
      [a, 0, 1],
      [b, 0, 1],
    ],
  })
  await remove(groupId, [
    [a.name, [0, 1]],
    [b.name, [0]],
    ['nowhere', [0]],
  ])
  await fetch(subject, groupId, null)
  await subject.ask(LeaveGroup, { groupId, members: [{ memberId: member.memberId }] })
  await remove(groupId, [[a.name, [0, 7]]])
  await remove(groupId, [])
  await fetch(subject, groupId, null)
}

/** Offsets of a topic that is deleted go with it. */
async function topicGoes(subject: Subject): Promise<void> {
  const [a, b] = [await subject.topic('a'), await subject.topic('b')]
  const groupId = subject.name('g')
  await commit(subject, {
    groupId,
    rows: [
      [a, 0, 5],
      [b, 0, 6],
    ],
  })
  await subject.quiet(DeleteTopics, { topics: [{ name: a.name, topicId: '0'.repeat(32) }], timeoutMs: 5000 })
  const body = { groups: [{ groupId, topics: null }] }
  await subject.eventually(
    OffsetFetch,
    body,
    reply => reply.groups[0]?.topics.length === 1,
    Math.min(9, subject.newest(OffsetFetch)),
  )
}

/** The name of the group is in the key of each record. */
async function tooManyOffsets(subject: Subject): Promise<void> {
  const topic = await subject.topic('a', 40)
  const groupId = subject.name('g').padEnd(30_000, 'g')
  const rows = Array.from({ length: 40 }, (_, partition) => [topic, partition, 5] as const)
  await commit(subject, { groupId, rows })
  await commit(subject, { groupId, rows: rows.slice(0, 10) })
  await fetch(subject, groupId, null)
}

export const commitScenarios: readonly Scenario[] = [
  eachVersion(OffsetCommit, 'offsets: commits without a member', simpleCommits),
  eachVersion(OffsetCommit, 'offsets: commits of a member', async (subject, version) => {
    if (version >= 1) await memberCommits(subject, version)
  }),
  eachVersion(OffsetFetch, 'offsets: fetch', fetches),
  eachVersion(OffsetDelete, 'offsets: delete', deletes),
  scene('offsets: a member that has not synced', unsynced),
  scene('offsets: more than fits into a batch', tooManyOffsets),
  scene('offsets: the topic is deleted', topicGoes),
]
