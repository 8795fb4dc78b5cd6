/** Topics with records, a group that has committed, and transactions that are open: for tools that look at them. */
import { AddPartitionsToTxn } from '../../src/protocol/messages/add-partitions-to-txn'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { OffsetCommit } from '../../src/protocol/messages/offset-commit'
import { Produce } from '../../src/protocol/messages/produce'
import { buildBatch, type NewBatch } from '../../src/protocol/records/records'
import { sleep } from '../judge/process'
import { Wire } from '../oracle/wire'
import { type ToolCommand, of } from './commands'

const firstMs = Date.UTC(2023, 10, 14, 12)
const topic = 'data'

/** A record a minute. */
const recordsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    timestampMs: firstMs + n * 60_000,
    key: Buffer.from(`key ${n}`),
    value: Buffer.from(`value ${n}`),
  }))

/** Makes on a broker what `recordCommands` look at. */
export async function prepareRecords(port: number): Promise<void> {
  const wire = await Wire.open(port)
  try {
    const configs = [{ name: 'retention.ms', value: '-1' }]
    const topics = [topic, 'open'].map(name => ({
      name,
      numPartitions: 2,
      replicationFactor: 1,
      assignments: [],
      configs,
    }))
    await wire.ask(CreateTopics, 7, { topics, timeoutMs: 10_000, validateOnly: false })
    await produce(wire, topic, 0, { records: recordsOf(10) })
    await produce(wire, topic, 1, { records: recordsOf(5) })
    await commit(wire, 'readers', [4, 5])
    await commit(wire, 'others', [10, 0])
    await leaveOpen(wire, 'paying', 0)
  } finally {
    wire.close()
  }
}

/** Asks until it works: a new broker makes its internal topics first. */
async function insist(ask: () => Promise<number | undefined>): Promise<void> {
  const deadline = Date.now() + 20_000
  for (let error = await ask(); error !== 0; error = await ask()) {
    if (Date.now() > deadline) throw new Error(`the broker keeps saying error ${error}`)
    await sleep(50)
  }
}

const produce = (wire: Wire, name: string, index: number, batch: NewBatch, transactionalId: string | null = null) =>
  insist(async () => {
    const partitionData = [{ index, records: buildBatch(batch) }]
    const topicData = [{ name, partitionData }]
    const asked = { transactionalId, acks: -1, timeoutMs: 10_000, topicData }
    const { responses } = await wire.ask(Produce, 11, asked)
    return responses[0]?.partitionResponses[0]?.errorCode
  })

async function commit(wire: Wire, groupId: string, offsets: readonly number[]): Promise<void> {
  await insist(async () => {
    const { coordinators } = await wire.ask(FindCoordinator, 4, { keyType: 0, coordinatorKeys: [groupId] })
    return coordinators[0]?.errorCode
  })
  const partitions = offsets.map((committedOffset, partitionIndex) => ({
    partitionIndex,
    committedOffset,
    committedLeaderEpoch: -1,
    committedMetadata: '',
  }))
  await insist(async () => {
    const asked = { groupId, generationIdOrMemberEpoch: -1, memberId: '', topics: [{ name: topic, partitions }] }
    const { topics } = await wire.ask(OffsetCommit, 8, asked)
    return topics[0]?.partitions.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0
  })
}

/** A transaction with a record, and nobody who ends it. */
async function leaveOpen(wire: Wire, transactionalId: string, partition: number): Promise<void> {
  let producer = { producerId: -1, producerEpoch: -1 }
  await insist(async () => {
    const { coordinators } = await wire.ask(FindCoordinator, 4, { keyType: 1, coordinatorKeys: [transactionalId] })
    return coordinators[0]?.errorCode
  })
  await insist(async () => {
    const { errorCode, ...made } = await wire.ask(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 600_000 })
    producer = made
    return errorCode
  })
  await insist(async () => {
    const { resultsByTopicV3AndBelow: results } = await wire.ask(AddPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: 'open', partitions: [partition] }],
      transactions: [],
    })
    return results[0]?.resultsByPartition[0]?.partitionErrorCode
  })
  const { producerId, producerEpoch } = producer
  const batch = { producerId, producerEpoch, baseSequence: 0, transactional: true, records: recordsOf(3) }
  await produce(wire, 'open', partition, batch, transactionalId)
}

export const recordFiles: Readonly<Record<string, string>> = {
  deletes: '{"version":1,"partitions":[{"topic":"data","partition":0,"offset":3}]}',
  tooFar: '{"version":1,"partitions":[{"topic":"data","partition":1,"offset":30}]}',
}

export const recordCommands: readonly ToolCommand[] = [
  ...of(
    'kafka-get-offsets',
    '--topic data',
    '--topic data --time -2',
    '--topic data --time -3',
    '--topic-partitions data:1 --time 1699963320000',
    '--topic data --time earliest-local',
  ),
  ...of(
    'kafka-consumer-groups',
    '--list',
    '--list --state',
    '--list --type',
    '--list --state Stable',
    '--describe --group readers',
    '--describe --group readers --members --verbose',
    '--describe --group readers --state',
    '--describe --group readers --offsets --verbose',
    '--describe --all-groups',
    '--describe --group nobody',
    '--reset-offsets --group readers --topic data --to-earliest --dry-run',
    '--reset-offsets --group readers --topic data --to-latest --execute',
    '--describe --group readers',
    '--reset-offsets --group readers --topic data --to-current --dry-run',
    '--reset-offsets --group readers --topic data --to-offset 3 --execute',
    '--reset-offsets --group readers --topic data:0 --shift-by 2 --execute',
    '--reset-offsets --group readers --topic data:0 --shift-by -20 --dry-run',
    '--reset-offsets --group readers --topic data --to-datetime 2023-11-14T12:03:30.000 --execute',
    '--reset-offsets --group readers --topic data --by-duration P10000D --dry-run',
    '--reset-offsets --group readers --all-topics --to-earliest --dry-run',
    '--reset-offsets --group readers --topic data:1 --to-offset 99 --dry-run',
    '--reset-offsets --group readers --topic data --to-latest --export',
    '--reset-offsets --group readers --topic nope --to-latest --dry-run',
    '--reset-offsets --group new --topic data --to-earliest --execute',
    '--reset-offsets --all-groups --all-topics --to-earliest --dry-run',
    '--delete-offsets --group readers --topic data:0',
    '--describe --group readers',
    '--delete-offsets --group nobody --topic data',
    '--delete --group readers',
    '--delete --group readers --group others',
    '--list',
  ),
  ...of(
    'kafka-console-consumer',
    '--topic data --partition 0 --offset 7 --max-messages 3 --property print.key=true --property print.offset=true',
    '--topic data --from-beginning --max-messages 15 --group tailing --timeout-ms 20000',
  ),
  ...of('kafka-consumer-groups', '--describe --group tailing', '--validate-regex ('),
  ...of('kafka-delete-records', '--offset-json-file {deletes}', '--offset-json-file {tooFar}'),
  ...of('kafka-get-offsets', '--topic data --time -2'),
  ...of(
    'kafka-transactions',
    'list',
    'list --transactional-id-pattern pay.*',
    'list --duration-filter 10000000',
    'describe --transactional-id paying',
    'describe --transactional-id nobody',
    'describe-producers --topic open --partition 0',
    'find-hanging --broker-id 1',
    'find-hanging --topic open --partition 0 --max-transaction-timeout 1',
    'abort --topic open --partition 0 --start-offset 1',
    'abort --topic open --partition 0 --start-offset 0',
    'describe-producers --topic open --partition 0',
    'forceTerminateTransaction --transactional-id paying',
    'describe --transactional-id paying',
    'describe-producers --topic open --partition 0',
    'list',
  ),
]
