/** ListOffsets, OffsetForLeaderEpoch, DeleteRecords. */
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { OffsetForLeaderEpoch } from '../../../src/protocol/messages/offset-for-leader-epoch'
import { batch, t0 } from '../batches'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject, Topic } from '../subject'

interface Asked {
  readonly timestamp: number
  readonly partitionIndex?: number
  readonly currentLeaderEpoch?: number
}

function listOf(name: string, asked: readonly Asked[], more: { isolationLevel?: number; replicaId?: number } = {}) {
  const partitions = asked.map(row => ({ partitionIndex: 0, maxNumOffsets: 10, ...row }))
  return { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }], ...more }
}

/** Six records whose times are not in order: the largest is that of offset 3. */
async function timed(subject: Subject): Promise<Topic> {
  const topic = await subject.topic('t', 2)
  await subject.append(topic, batch(['a', 'b', 'c']))
  await subject.append(topic, batch(['d'], { fromMs: t0 + 50_000 }))
  await subject.append(topic, batch(['e', 'f'], { fromMs: t0 + 10_000 }))
  return topic
}

const deleteOf = (name: string, partitions: readonly { partitionIndex: number; offset: number }[]) => ({
  topics: [{ name, partitions }],
  timeoutMs: 5000,
})

const epochOf = (
  topic: string,
  partitions: readonly { partition: number; leaderEpoch: number; currentLeaderEpoch?: number }[],
) => ({
  replicaId: -1,
  topics: [{ topic, partitions }],
})

export const offsetScenarios: readonly Scenario[] = [
  eachVersion(ListOffsets, 'list offsets: every special time', async (subject, version) => {
    const topic = await timed(subject)
    for (const timestamp of [-1, -2, -3, -4, -5, -6, -7, -9])
      await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp }]), version)
    for (const timestamp of [-1, -2, -3, -4])
      await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp, partitionIndex: 1 }]), version)
  }),
  eachVersion(ListOffsets, 'list offsets: by time', async (subject, version) => {
    const topic = await timed(subject)
    const times = [
      0,
      t0 - 1,
      t0,
      t0 + 1,
      t0 + 1000,
      t0 + 1500,
      t0 + 2000,
      t0 + 2001,
      t0 + 10_500,
      t0 + 50_000,
      t0 + 50_001,
      t0 + 999_999,
    ]
    for (const timestamp of times) await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp }]), version)
  }),
  eachVersion(ListOffsets, 'list offsets: errors', async (subject, version) => {
    const topic = await timed(subject)
    await subject.ask(ListOffsets, listOf('nowhere', [{ timestamp: -1 }]), version)
    await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -1, partitionIndex: 9 }]), version)
    await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -1, partitionIndex: -1 }]), version)
    await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -1 }, { timestamp: -2 }]), version)
    if (version >= 4)
      for (const currentLeaderEpoch of [0, 1, 9])
        await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -1, currentLeaderEpoch }]), version)
    if (version >= 2)
      await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -1 }], { isolationLevel: 1 }), version)
    await subject.ask(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: [] }, version)
  }),
  eachVersion(ListOffsets, 'list offsets: after records were deleted', async (subject, version) => {
    const topic = await timed(subject)
    await subject.quiet(DeleteRecords, deleteOf(topic.name, [{ partitionIndex: 0, offset: 4 }]))
    for (const timestamp of [-1, -2, -3, t0, t0 + 50_000])
      await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp }]), version)
  }),
  scene('list offsets: as other replicas', async subject => {
    const topic = await timed(subject)
    for (const replicaId of [-2, 5])
      await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -1 }], { replicaId }))
  }),
  eachVersion(OffsetForLeaderEpoch, 'offset for leader epoch', async (subject, version) => {
    const topic = await timed(subject)
    for (const leaderEpoch of [-1, 0, 1, 5])
      await subject.ask(OffsetForLeaderEpoch, epochOf(topic.name, [{ partition: 0, leaderEpoch }]), version)
    await subject.ask(OffsetForLeaderEpoch, epochOf(topic.name, [{ partition: 1, leaderEpoch: 0 }]), version)
    await subject.ask(OffsetForLeaderEpoch, epochOf(topic.name, [{ partition: 9, leaderEpoch: 0 }]), version)
    await subject.ask(OffsetForLeaderEpoch, epochOf('nowhere', [{ partition: 0, leaderEpoch: 0 }]), version)
    if (version < 2) return
    for (const currentLeaderEpoch of [0, 1, 5])
      await subject.ask(
        OffsetForLeaderEpoch,
        epochOf(topic.name, [{ partition: 0, leaderEpoch: 0, currentLeaderEpoch }]),
        version,
      )
  }),
  eachVersion(DeleteRecords, 'delete records', async (subject, version) => {
    const topic = await timed(subject)
    const steps = [2, 2, 1, 7, -2, -1, 0, 6]
    for (const offset of steps)
      await subject.ask(DeleteRecords, deleteOf(topic.name, [{ partitionIndex: 0, offset }]), version)
    await subject.ask(
      DeleteRecords,
      deleteOf(topic.name, [
        { partitionIndex: 9, offset: 0 },
        { partitionIndex: 1, offset: 0 },
      ]),
      version,
    )
    await subject.ask(DeleteRecords, deleteOf('nowhere', [{ partitionIndex: 0, offset: 0 }]), version)
    await subject.ask(DeleteRecords, { topics: [], timeoutMs: 1000 }, version)
    await subject.ask(ListOffsets, listOf(topic.name, [{ timestamp: -2 }]))
  }),
  scene('delete records of a compacted topic', async subject => {
    for (const [stem, policy] of [
      ['c', 'compact'],
      ['cd', 'compact,delete'],
    ] as const) {
      const topic = await subject.topic(stem, 1, { 'cleanup.policy': policy })
      await subject.append(topic, batch(['a', 'b']))
      await subject.ask(DeleteRecords, deleteOf(topic.name, [{ partitionIndex: 0, offset: 1 }]))
    }
    await subject.ask(DeleteRecords, deleteOf('__consumer_offsets', [{ partitionIndex: 0, offset: 0 }]))
  }),
]
