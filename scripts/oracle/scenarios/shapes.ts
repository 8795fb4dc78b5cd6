/** Lists of topics and partitions as no client sends them: empty, the same thing twice, what there is beside what there is not. */
import { AddOffsetsToTxn } from '../../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/add-partitions-to-txn'
import { AlterPartitionReassignments } from '../../../src/protocol/messages/alter-partition-reassignments'
import { CreatePartitions } from '../../../src/protocol/messages/create-partitions'
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { DescribeLogDirs } from '../../../src/protocol/messages/describe-log-dirs'
import { DescribeProducers } from '../../../src/protocol/messages/describe-producers'
import { ElectLeaders } from '../../../src/protocol/messages/elect-leaders'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetDelete } from '../../../src/protocol/messages/offset-delete'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { OffsetForLeaderEpoch } from '../../../src/protocol/messages/offset-for-leader-epoch'
import { Produce } from '../../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../../src/protocol/messages/txn-offset-commit'
import { WriteTxnMarkers } from '../../../src/protocol/messages/write-txn-markers'
import type { Api } from '../../../src/protocol/schema'
import { batch } from '../batches'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject } from '../subject'

interface Row {
  readonly name: string
  readonly id: string
  readonly partitions: readonly number[]
}

interface Setting {
  readonly groupId: string
  readonly transactionalId: string
  readonly producer: { readonly producerId: number; readonly producerEpoch: number }
  readonly version: number
}

type Body = (rows: readonly Row[], setting: Setting) => object

const named = (rows: readonly Row[]) => rows.map(({ name, id, partitions }) => ({ name, topicId: id, partitions }))

/** What asks an API about such rows. */
const bodies: readonly (readonly [Api, Body])[] = [
  [
    Produce,
    rows => ({
      acks: 1,
      timeoutMs: 1000,
      topicData: rows.map(({ name, id, partitions }) => ({
        name,
        topicId: id,
        partitionData: partitions.map(index => ({ index, records: batch(['x']) })),
      })),
    }),
  ],
  [
    Fetch,
    rows => ({
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1 << 20,
      topics: rows.map(({ name, id, partitions }) => ({
        topic: name,
        topicId: id,
        partitions: partitions.map(partition => ({ partition, fetchOffset: 0, partitionMaxBytes: 1 << 20 })),
      })),
      forgottenTopicsData: [],
    }),
  ],
  [
    ListOffsets,
    rows => ({
      replicaId: -1,
      isolationLevel: 0,
      topics: rows.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, timestamp: -1 })),
      })),
      timeoutMs: 1000,
    }),
  ],
  [
    OffsetForLeaderEpoch,
    rows => ({
      replicaId: -1,
      topics: rows.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.map(partition => ({ partition, leaderEpoch: 0 })),
      })),
    }),
  ],
  [
    DeleteRecords,
    rows => ({
      topics: rows.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, offset: 0 })),
      })),
      timeoutMs: 1000,
    }),
  ],
  [
    OffsetCommit,
    (rows, { groupId, version }) => ({
      groupId,
      ...(version >= 1 && { generationIdOrMemberEpoch: -1, memberId: '' }),
      topics: named(rows).map(({ partitions, ...topic }) => ({
        ...topic,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, committedOffset: 3, committedMetadata: '' })),
      })),
    }),
  ],
  [
    OffsetFetch,
    (rows, { groupId, version }) => {
      const topics = named(rows).map(({ partitions, ...topic }) => ({ ...topic, partitionIndexes: partitions }))
      return version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics }
    },
  ],
  [
    OffsetDelete,
    (rows, { groupId }) => ({
      groupId,
      topics: rows.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex })),
      })),
    }),
  ],
  [
    AddPartitionsToTxn,
    (rows, { transactionalId, producer, version }) => {
      const topics = rows.map(({ name, partitions }) => ({ name, partitions }))
      return version >= 4
        ? { transactions: [{ transactionalId, ...producer, topics }] }
        : {
            v3AndBelowTransactionalId: transactionalId,
            v3AndBelowProducerId: producer.producerId,
            v3AndBelowProducerEpoch: producer.producerEpoch,
            v3AndBelowTopics: topics,
          }
    },
  ],
  [
    TxnOffsetCommit,
    (rows, { transactionalId, groupId, producer }) => ({
      transactionalId,
      groupId,
      ...producer,
      topics: named(rows).map(({ partitions, ...topic }) => ({
        ...topic,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, committedOffset: 3, committedMetadata: '' })),
      })),
    }),
  ],
  [
    WriteTxnMarkers,
    (rows, { producer }) => ({
      markers: [
        {
          ...producer,
          transactionResult: false,
          coordinatorEpoch: 0,
          topics: rows.map(({ name, partitions }) => ({ name, partitionIndexes: partitions })),
        },
      ],
    }),
  ],
  [
    DescribeProducers,
    rows => ({ topics: rows.map(({ name, partitions }) => ({ name, partitionIndexes: partitions })) }),
  ],
  [
    CreatePartitions,
    rows => ({
      topics: rows.map(({ name }) => ({ name, count: 3, assignments: null })),
      timeoutMs: 1000,
      validateOnly: true,
    }),
  ],
  [
    AlterPartitionReassignments,
    rows => ({
      timeoutMs: 1000,
      topics: rows.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(partitionIndex => ({ partitionIndex, replicas: [1] })),
      })),
    }),
  ],
  [
    ElectLeaders,
    (rows, { version }) => ({
      ...(version >= 1 && { electionType: 0 }),
      topicPartitions: rows.map(({ name, partitions }) => ({ topic: name, partitions })),
      timeoutMs: 1000,
    }),
  ],
  [DescribeLogDirs, rows => ({ topics: rows.map(({ name, partitions }) => ({ topic: name, partitions })) })],
]

function hasDoubles(rows: readonly Row[]): boolean {
  const all = rows.flatMap(({ name, partitions }) => partitions.map(partition => `${name} ${partition}`))
  return new Set(all).size < all.length
}

const nobodysId = '0123456789abcdef0123456789abcdef'

/** Each of them is a request. */
function shapesOf(known: Row, other: Row): readonly (readonly Row[])[] {
  const nowhere = { name: 'nowhere', id: nobodysId, partitions: [] }
  const of = (row: Row, ...partitions: number[]): Row => ({ ...row, partitions })
  return [
    [],
    [of(known)],
    [of(nowhere)],
    [of(known), of(nowhere)],
    [of(known, 0), of(known)],
    [of(known), of(nowhere, 0)],
    [of(nowhere), of(known, 0)],
    [of(known, 0, 0)],
    [of(known, 0), of(known, 0)],
    [of(known, 0), of(known, 1)],
    [of(known, 1), of(other, 0), of(known, 0)],
    [of(nowhere, 0), of(known, 0), of(nowhere, 1)],
    [of(nowhere, 0, 0)],
    [of(known, 7, 0, 7)],
    [of(known, -1), of(known, 0)],
  ]
}

const played = (api: Api, body: Body): Scenario =>
  eachVersion(api, 'odd lists', async (subject: Subject, version) => {
    const [known, other] = [await subject.topic('known', 2), await subject.topic('other')]
    const transactionalId = subject.name('tx')
    const asked = { transactionalId, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
    const { producerId, producerEpoch } = await subject.eventuallyQuiet(
      InitProducerId,
      asked,
      ({ errorCode }) => errorCode === 0,
      4,
    )
    const setting = { groupId: subject.name('g'), transactionalId, producer: { producerId, producerEpoch }, version }
    // Of a group that is not in the transaction Kafka may say what a client of another version would be told, who asks meanwhile.
    if (api === TxnOffsetCommit)
      await subject.ask(AddOffsetsToTxn, { transactionalId, ...setting.producer, groupId: setting.groupId }, 3)
    for (const rows of shapesOf({ ...known, partitions: [] }, { ...other, partitions: [] })) {
      // Kafka never answers markers for a partition that is named twice.
      if (api === WriteTxnMarkers && hasDoubles(rows)) continue
      await subject.ask(api, body(rows, setting) as never, version)
    }
  })

export const shapeScenarios: readonly Scenario[] = bodies.map(([api, body]) => played(api, body))
