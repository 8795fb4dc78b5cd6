/** Transactions: their producers, partitions, offsets, ends, and what readers and administrators see of them. */
import { AddOffsetsToTxn } from '../../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/add-partitions-to-txn'
import { DescribeProducers } from '../../../src/protocol/messages/describe-producers'
import { DescribeTransactions } from '../../../src/protocol/messages/describe-transactions'
import { EndTxn } from '../../../src/protocol/messages/end-txn'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../../src/protocol/messages/list-offsets'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { Produce } from '../../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../../src/protocol/messages/txn-offset-commit'
import { WriteTxnMarkers } from '../../../src/protocol/messages/write-txn-markers'
import { batch } from '../batches'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { Client, type Generation } from '../transactional-client'

const read = (subject: Subject, topic: Topic, isolationLevel: number, fetchOffset = 0) =>
  subject.ask(
    Fetch,
    {
      maxWaitMs: 0,
      minBytes: 0,
      isolationLevel,
      topics: [{ topic: topic.name, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }],
    },
    12,
  )

const endOf = (subject: Subject, topic: Topic, isolationLevel: number) =>
  subject.ask(ListOffsets, {
    replicaId: -1,
    isolationLevel,
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  })

const producersOf = (subject: Subject, topic: Topic, indexes: readonly number[] = [0]) =>
  subject.ask(DescribeProducers, { topics: [{ name: topic.name, partitionIndexes: [...indexes] }] })

async function story(subject: Subject, generation: Generation): Promise<void> {
  const topic = await subject.topic('t', 2)
  const client = new Client(subject, generation)
  await client.init()
  let sequence = 0
  const begin = async () => {
    if (generation === 1) await client.add([[topic.name, [0]]])
    else sequence = 0
    await client.produce(topic, sequence++)
  }
  for (const committed of [true, false, true]) {
    await begin()
    await read(subject, topic, 0)
    await read(subject, topic, 1)
    await endOf(subject, topic, 1)
    await producersOf(subject, topic)
    await client.end(committed)
    await read(subject, topic, 1)
    await endOf(subject, topic, 1)
    await producersOf(subject, topic)
  }
  // Ends that are asked for again, and ends of nothing.
  await client.end(true)
  await client.end(false)
  await client.end(false)
  await begin()
  await client.produce(topic, sequence + 5)
  await client.produce(topic, sequence - 1)
  await client.produce(topic, sequence, { transactional: false })
  // A twin fences it.
  const twin = new Client(subject, generation)
  await twin.init()
  await client.produce(topic, sequence)
  await client.end(true)
  await client.add([[topic.name, [1]]])
  await twin.end(false)
  await read(subject, topic, 1)
}

async function notAdded(subject: Subject): Promise<void> {
  const topic = await subject.topic('t', 2)
  const client = new Client(subject, 1)
  await client.init()
  await client.produce(topic, 0)
  await client.add([[topic.name, [0]]])
  await client.produce(topic, 0, { index: 1 })
  await client.produce(topic, 0)
  const stranger = new Client(subject, 1, 'nobody')
  stranger.producer = client.producer
  await stranger.produce(topic, 1)
  const fresh = new Client(subject, 2, 'nobody2')
  fresh.producer = client.producer
  await fresh.produce(topic, 1, { index: 1 })
  // Two producers in one request.
  const other = new Client(subject, 2, 'other')
  await other.init()
  const partitionData = [client, other].map(({ producer }, index) => ({
    index,
    records: batch(['v'], { ...producer, baseSequence: 1, transactional: true }),
  }))
  const topicData = [{ name: topic.name, topicId: topic.id, partitionData }]
  const both = { transactionalId: other.transactionalId, acks: -1, timeoutMs: 5_000, topicData }
  await subject.ask(Produce, both, subject.newest(Produce))
}

async function offsets(subject: Subject, generation: Generation): Promise<void> {
  const topic = await subject.topic('t')
  const groupId = subject.name('g')
  const client = new Client(subject, generation)
  await client.init()
  await subject.eventually(
    FindCoordinator,
    { keyType: 0, coordinatorKeys: [groupId] },
    ({ coordinators: [first] }) => first?.errorCode === 0,
    4,
  )
  const committed = (requireStable: boolean) => {
    const topics = [{ name: topic.name, topicId: topic.id, partitionIndexes: [0] }]
    return subject.ask(OffsetFetch, { groups: [{ groupId, topics }], requireStable }, 8)
  }
  const identity = () => ({ transactionalId: client.transactionalId, ...client.producer, groupId })
  for (const [offset, ends] of [
    [5, true],
    [9, false],
    [7, true],
  ] as const) {
    if (generation === 1) {
      await client.commitOffsets(groupId, topic, offset)
      await subject.eventually(AddOffsetsToTxn, identity(), ({ errorCode }) => errorCode === 0)
    }
    await client.commitOffsets(groupId, topic, offset)
    await committed(false)
    await committed(true)
    await client.end(ends)
    await subject.eventually(
      OffsetFetch,
      {
        groups: [{ groupId, topics: [{ name: topic.name, topicId: topic.id, partitionIndexes: [0] }] }],
        requireStable: true,
      },
      ({ groups: [group] }) => group?.topics[0]?.partitions[0]?.errorCode === 0,
      8,
    )
  }
}

/** Two requests of one transactional id in one, in every order of what each of them wants. */
async function sameIdTwice<T>(
  subject: Subject,
  version: number,
  transaction: (more: object) => T,
  name: string,
): Promise<void> {
  const nowhere = subject.name('nowhere')
  const wanted = [
    { topics: [{ name, partitions: [0] }] },
    { topics: [{ name, partitions: [] }], producerEpoch: 9 },
    { topics: [{ name, partitions: [1] }], verifyOnly: true },
    { topics: [{ name: nowhere, partitions: [7] }] },
    { topics: [], producerId: 999_999 },
  ]
  for (const one of wanted) {
    for (const other of wanted.filter(each => each !== one)) {
      const transactions = [transaction(one), transaction(other)]
      await subject.ask(AddPartitionsToTxn, { transactions } as never, version)
    }
  }
}

/** One that cannot be takes all others with it; of two for one producer one is answered, or both together. */
async function severalMarkers(subject: Subject, { producer }: Client, { name }: Topic, version: number): Promise<void> {
  const nowhere = subject.name('nowhere')
  const marker = (of: object, topic: string, partitionIndexes: readonly number[]) => ({
    ...producer,
    transactionResult: false,
    coordinatorEpoch: 0,
    topics: [{ name: topic, partitionIndexes }],
    ...of,
  })
  const other = { producerId: 70_000, producerEpoch: 0 }
  for (const pair of [
    [marker({}, nowhere, [7]), marker({ producerEpoch: -1 }, name, [0])],
    [marker({ producerEpoch: -1 }, name, [0]), marker({}, nowhere, [7])],
    [marker({ producerEpoch: -1 }, nowhere, [7]), marker({}, nowhere, [8])],
    [marker(other, nowhere, [7]), marker({ producerId: -1 }, name, [0, 9])],
  ]) {
    await subject.ask(WriteTxnMarkers, { markers: pair }, version)
  }
}

async function markers(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('t')
  const client = new Client(subject, 1)
  await client.init()
  await client.add([[topic.name, [0]]])
  await client.produce(topic, 0)
  const write = (more: object, names = [topic.name], partitionIndexes = [0]) =>
    subject.ask(
      WriteTxnMarkers,
      {
        markers: [
          {
            ...client.producer,
            transactionResult: false,
            coordinatorEpoch: 0,
            topics: names.map(name => ({ name, partitionIndexes })),
            ...more,
          },
        ],
      },
      version,
    )
  await write({}, [topic.name, subject.name('nowhere')], [7])
  if (version >= 2) await write({ transactionVersion: 2 })
  await endOf(subject, topic, 0)
  await write({ producerEpoch: -1 })
  await write({ producerId: -1 }, [topic.name, subject.name('nowhere')], [7, 0])
  await severalMarkers(subject, client, topic, version)
  await write({ coordinatorEpoch: 3 })
  await write({ coordinatorEpoch: 2 })
  await write({ producerEpoch: 4, coordinatorEpoch: 3, transactionResult: true })
  await write({ producerEpoch: 3, coordinatorEpoch: 3 })
  if (version >= 2) {
    await write({ producerEpoch: 4, coordinatorEpoch: 3, transactionVersion: 2 })
    await endOf(subject, topic, 0)
    await write({ producerEpoch: 5, coordinatorEpoch: 3, transactionVersion: 2 })
    await write({ producerEpoch: 6, coordinatorEpoch: 3, transactionVersion: -1 })
  }
  await read(subject, topic, 1)
  await producersOf(subject, topic)
  await client.produce(topic, 1)
}

export const transactionScenarios: readonly Scenario[] = [
  scene('transactions: of old producers', subject => story(subject, 1)),
  scene('transactions: of producers with an epoch for each', subject => story(subject, 2)),
  scene('transactions: partitions that were not added', notAdded),
  scene('transactions: offsets of old producers', subject => offsets(subject, 1)),
  scene('transactions: offsets', subject => offsets(subject, 2)),
  eachVersion(InitProducerId, 'transactional ids', async (subject, version) => {
    const client = new Client(subject, 2)
    await client.init(version)
    await client.init(version)
    const { transactionalId, producer } = client
    const ask = (more: object) =>
      subject.ask(InitProducerId, { transactionalId, transactionTimeoutMs: 60_000, ...more }, version)
    await ask({ transactionalId: '' })
    await ask({ transactionTimeoutMs: 0 })
    await ask({ transactionTimeoutMs: 900_001 })
    await ask({ transactionalId: null, transactionTimeoutMs: 0 })
    if (version < 3) return
    await ask(producer)
    await ask(producer)
    await ask({ ...producer, producerEpoch: 9 })
    await ask({ producerId: 123_456_789, producerEpoch: 1 })
    await ask({ producerId: producer.producerId })
    await ask({ transactionalId: null, ...producer })
  }),
  eachVersion(AddPartitionsToTxn, 'transactions: partitions', async (subject, version) => {
    const topic = await subject.topic('t', 2)
    const client = new Client(subject, 1)
    await client.init()
    if (version >= 4) {
      const transaction = (more: object) => ({
        transactionalId: client.transactionalId,
        ...client.producer,
        verifyOnly: false,
        topics: [{ name: topic.name, partitions: [0, 1] }],
        ...more,
      })
      for (const more of [
        { verifyOnly: true },
        {},
        { verifyOnly: true },
        { topics: [{ name: subject.name('nowhere'), partitions: [0] }] },
        { producerEpoch: 7 },
        { producerId: 123_456_789, verifyOnly: true },
        { transactionalId: subject.name('nobody') },
      ]) {
        await subject.ask(AddPartitionsToTxn, { transactions: [transaction(more)] }, version)
      }
      await sameIdTwice(subject, version, transaction, topic.name)
      return
    }
    await client.add([[topic.name, [1]]], version)
    await client.add([[topic.name, [0, 1, 7]]], version)
    await client.add([[subject.name('nowhere'), [0]]], version)
    const { producer } = client
    for (const wrong of [
      { ...producer, producerEpoch: 5 },
      { ...producer, producerId: 123_456_789 },
    ]) {
      client.producer = wrong
      await client.add([[topic.name, [0]]], version)
    }
    const nobody = new Client(subject, 1, 'nobody')
    nobody.producer = producer
    await nobody.add([[topic.name, [0]]], version)
  }),
  eachVersion(AddOffsetsToTxn, 'transactions: groups', async (subject, version) => {
    const client = new Client(subject, 1)
    await client.init()
    const ask = (more: object) =>
      subject.ask(
        AddOffsetsToTxn,
        { transactionalId: client.transactionalId, ...client.producer, groupId: subject.name('g'), ...more },
        version,
      )
    await ask({})
    await ask({ producerEpoch: 9 })
    await ask({ producerId: 123_456_789 })
    await ask({ transactionalId: subject.name('nobody') })
  }),
  eachVersion(EndTxn, 'transactions: ends', async (subject, version) => {
    const topic = await subject.topic('t')
    const client = new Client(subject, version >= 5 ? 2 : 1)
    await client.init()
    await client.end(true, version)
    if (version < 5) await client.add([[topic.name, [0]]])
    await client.produce(topic, 0)
    const before = client.producer
    await client.end(true, version)
    const after = client.producer
    for (const [producer, committed] of [
      [before, true],
      [before, false],
      [after, true],
      [{ ...after, producerEpoch: 77 }, true],
      [{ ...after, producerId: 123_456_789 }, true],
    ] as const) {
      client.producer = producer
      await client.end(committed, version)
    }
    const nobody = new Client(subject, 1, 'nobody')
    nobody.producer = after
    await subject.ask(EndTxn, { transactionalId: nobody.transactionalId, ...after, committed: true }, version)
  }),
  eachVersion(TxnOffsetCommit, 'transactions: offsets of a version', async (subject, version) => {
    const topic = await subject.topic('t')
    const client = new Client(subject, version >= 5 ? 2 : 1)
    await client.init()
    const groupId = subject.name('g')
    await subject.eventually(
      AddOffsetsToTxn,
      { transactionalId: client.transactionalId, ...client.producer, groupId },
      ({ errorCode }) => errorCode === 0,
    )
    await client.commitOffsets(groupId, topic, 3, version)
    await client.commitOffsets('', topic, 3, version)
    await client.commitOffsets(
      groupId,
      { name: subject.name('nowhere'), id: '0123456789abcdef0123456789abcdef' },
      3,
      version,
    )
    const { producer } = client
    client.producer = { ...producer, producerEpoch: 9 }
    await client.commitOffsets(groupId, topic, 3, version)
    client.producer = { ...producer, producerId: 123_456_789 }
    await client.commitOffsets(groupId, topic, 3, version)
  }),
  eachVersion(WriteTxnMarkers, 'transactions: markers', markers),
  scene('transactions: described', async subject => {
    const topic = await subject.topic('t')
    await producersOf(subject, topic, [0, 3, -1])
    await producersOf(subject, { name: subject.name('nowhere'), id: '' })
    await producersOf(subject, { name: 'a b', id: '' })
    await subject.ask(DescribeTransactions, { transactionalIds: ['', subject.name('nobody')] })
  }),
]
