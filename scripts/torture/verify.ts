/** After a restart: is everything that was acknowledged there, and nothing that was never sent? */
import { DescribeConfigs } from '../../src/protocol/messages/describe-configs'
import { Fetch } from '../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Metadata } from '../../src/protocol/messages/metadata'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import { sleep } from '../judge/process'
import { Wire } from '../oracle/wire'
import type { PartitionLedger } from './ledger'
import type { Committer, TopicMaker } from './workers'

const waitMs = 15_000

async function endOf(wire: Wire, { topic, index }: PartitionLedger): Promise<number> {
  const deadline = Date.now() + waitMs
  for (;;) {
    const topics = [{ name: topic, partitions: [{ partitionIndex: index, timestamp: -1 }] }]
    const reply = await wire.ask(ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics })
    const row = reply.topics[0]?.partitions[0]
    if (row?.errorCode === 0) return row.offset
    if (Date.now() > deadline)
      throw new Error(`${topic}-${index} answers ${row?.errorCode} ${waitMs} ms after the start`)
    await sleep(20)
  }
}

/** Reads a partition from where it was verified to its end. Returns the number of records. */
export async function verifyPartition(wire: Wire, ledger: PartitionLedger): Promise<number> {
  const end = await endOf(wire, ledger)
  let count = 0
  while (ledger.verifiedTo < end) {
    const partitions = [{ partition: ledger.index, fetchOffset: ledger.verifiedTo, partitionMaxBytes: 1 << 20 }]
    const body = {
      replicaId: -1,
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 8 << 20,
      topics: [{ topic: ledger.topic, partitions }],
    }
    const reply = await wire.ask(Fetch, 11, { ...body, forgottenTopicsData: [] })
    const row = reply.responses[0]?.partitions[0]
    if (row?.errorCode !== 0)
      throw new Error(`${ledger.name}: fetch at ${ledger.verifiedTo} of ${end} answered ${row?.errorCode}`)
    const read = ledger.read(row.records ?? Buffer.alloc(0))
    if (read === 0)
      throw new Error(`${ledger.name}: nothing to read at ${ledger.verifiedTo}, and the log ends at ${end}`)
    count += read
  }
  ledger.complete(end)
  return count
}

export async function verifyCommits(wire: Wire, committer: Committer): Promise<void> {
  const deadline = Date.now() + waitMs
  for (;;) {
    await wire.ask(FindCoordinator, 2, { key: committer.groupId, keyType: 0 })
    const reply = await wire.ask(OffsetFetch, 7, {
      groupId: committer.groupId,
      topics: [{ name: committer.topic, partitionIndexes: [0] }],
    })
    const row = reply.topics[0]?.partitions[0]
    if (reply.errorCode === 0 && row !== undefined) {
      const at = Math.max(0, Number(row.committedOffset))
      if (at < committer.acknowledged || at > committer.attempted) {
        throw new Error(
          `${committer.groupId}: LOST a commit: ${committer.acknowledged} was acknowledged, ${committer.attempted} attempted, and ${at} is there`,
        )
      }
      if (at > 0 && row.metadata !== `at ${at}`)
        throw new Error(`${committer.groupId}: metadata '${row.metadata}' with offset ${at}`)
      return
    }
    if (Date.now() > deadline)
      throw new Error(`${committer.groupId}: the coordinator answers ${reply.errorCode} ${waitMs} ms after the start`)
    await sleep(20)
  }
}

/** What the maker was told must be so; what it was not told becomes known. */
export async function verifyTopics(wire: Wire, maker: TopicMaker): Promise<void> {
  const names = [...maker.topics.keys()]
  if (names.length === 0) return
  const { topics } = await wire.ask(Metadata, 10, {
    topics: names.map(name => ({ name })),
    allowAutoTopicCreation: false,
  })
  for (const row of topics) {
    const known = maker.topics.get(row.name ?? '')
    if (known === undefined) throw new Error(`a topic nobody made: ${row.name}`)
    const isThere = row.errorCode !== 3
    if (known.state === 'there' && !isThere) throw new Error(`LOST topic ${row.name}`)
    if (known.state === 'gone' && isThere) throw new Error(`topic ${row.name} was deleted and is back`)
    if (known.state === 'there' && known.id !== row.topicId)
      throw new Error(`topic ${row.name} had id ${known.id} and has ${row.topicId}`)
    if (known.state === 'unknown' && isThere) known.id = row.topicId
    known.state = isThere ? 'there' : 'gone'
  }
  const set = [...maker.topics].filter(([, { state, retentionMs }]) => state === 'there' && retentionMs !== null)
  if (set.length === 0) return
  const resources = set.map(([resourceName]) => ({
    resourceType: 2,
    resourceName,
    configurationKeys: ['retention.ms'],
  }))
  const { results } = await wire.ask(DescribeConfigs, 1, { resources })
  for (const { resourceName, configs } of results) {
    const wanted = maker.topics.get(resourceName)?.retentionMs
    if (configs[0]?.value !== String(wanted))
      throw new Error(`LOST retention.ms=${wanted} of ${resourceName}: it is ${configs[0]?.value}`)
  }
}
