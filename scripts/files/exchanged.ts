/**
 * A directory that goes from a Kafka to us, back to the Kafka and to us again: topics that it made, deleted, made anew and gave more
 * partitions meanwhile are with us as with it, and topics of ours that it has put aside come back.
 */
import { readdirSync } from 'node:fs'
import { CreatePartitions } from '../../src/protocol/messages/create-partitions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Metadata } from '../../src/protocol/messages/metadata'
import { Produce } from '../../src/protocol/messages/produce'
import { Broker } from '../judge/broker'
import { kafka } from '../judge/kafka'
import { odradek } from '../judge/odradek'
import { until } from '../judge/process'
import { batch } from '../oracle/batches'
import { Wire } from '../oracle/wire'

async function create(wire: Wire, name: string, numPartitions: number, configs: object[] = []): Promise<void> {
  const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs }
  await wire.ask(CreateTopics, 5, { topics: [topic as never], timeoutMs: 10_000 })
}

/** So many records in each of the partitions from `from` on. */
async function produce(wire: Wire, name: string, from: number, upTo: number, records: number): Promise<void> {
  for (let index = from; index < upTo; index++) {
    const partitionData = [{ index, records: batch(Array.from({ length: records }, (_, nth) => `${name} ${nth}`)) }]
    await until(`${name}-${index} takes records`, 20_000, async () => {
      const reply = await wire.ask(Produce, 9, { acks: -1, timeoutMs: 5_000, topicData: [{ name, partitionData }] })
      return reply.responses[0]!.partitionResponses[0]!.errorCode === 0
    })
  }
}

/** The topics of a broker: their ids, and where each of their partitions ends. */
async function topicsOf(wire: Wire): Promise<Record<string, string>> {
  const { topics } = await wire.ask(Metadata, 12, { topics: null, allowAutoTopicCreation: false })
  const found: Record<string, string> = {}
  for (const { name, topicId, partitions } of [...topics].sort((a, b) => (a.name! < b.name! ? -1 : 1))) {
    const asked = partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp: -1 }))
    const reply = await wire.ask(ListOffsets, 5, { replicaId: -1, topics: [{ name: name!, partitions: asked }] })
    const ends = reply.topics[0]!.partitions.map(
      ({ partitionIndex, errorCode, offset }) => `${partitionIndex}:${errorCode === 0 ? offset : `error ${errorCode}`}`,
    )
    found[name!] = `${topicId} ${ends.sort().join(' ')}`
  }
  return found
}

async function on<T>(broker: Broker, use: (wire: Wire) => Promise<T>): Promise<T> {
  const wire = await Wire.open(broker.port)
  try {
    return await use(wire)
  } finally {
    wire.close()
  }
}

export async function exchanged(): Promise<string> {
  const theirs = await Broker.start(kafka('512m'))
  try {
    await on(theirs, async wire => {
      for (const name of ['grown', 'deleted', 'again', 'kept']) await create(wire, name, 2)
      for (const name of ['grown', 'deleted', 'again', 'kept']) await produce(wire, name, 0, 2, 5)
    })
    await theirs.stop()
    const ours = await Broker.start(odradek({ profile: 'strict' }), { dataDir: theirs.dataDir })
    const mine = await on(ours, async wire => {
      await produce(wire, 'kept', 0, 2, 5)
      await create(wire, 'mine', 2)
      await produce(wire, 'mine', 0, 2, 7)
      return (await topicsOf(wire))['mine']!
    })
    await ours.stop()
    await theirs.start()
    const expected = await on(theirs, async wire => {
      await wire.ask(DeleteTopics, 4, { topicNames: ['deleted', 'again'], timeoutMs: 10_000 })
      await until('the directories have lost their names', 20_000, () => {
        return !readdirSync(theirs.dataDir).some(name => /^(deleted|again)-\d$/.test(name))
      })
      await create(wire, 'again', 3, [{ name: 'cleanup.policy', value: 'compact,delete' }])
      const asked = [{ name: 'grown', count: 4, assignments: null }]
      await wire.ask(CreatePartitions, 2, { topics: asked, timeoutMs: 10_000, validateOnly: false })
      await produce(wire, 'grown', 2, 4, 9)
      await produce(wire, 'again', 0, 3, 3)
      return topicsOf(wire)
    })
    const aside = readdirSync(theirs.dataDir).filter(name => /^mine-\d\.[0-9a-f]{32}-stray$/.test(name))
    if ('mine' in expected || aside.length !== 2) throw new Error('the Kafka has not put aside what it does not know')
    await theirs.stop()
    try {
      for (const time of ['at once', 'at the next start']) {
        await ours.start()
        const found = JSON.stringify(await on(ours, topicsOf))
        const wanted = JSON.stringify(sorted({ ...expected, mine }))
        if (found !== wanted)
          throw new Error(`${time} we have ${found}, and should have ${wanted}\n${ours.logTail(40)}`)
        await ours.stop()
      }
    } finally {
      await ours.dispose()
    }
    return `${Object.keys(expected).length} topics that a Kafka made, grew or made anew are ours as they are its own, one that it deleted is gone, and ${aside.length} logs that it had put aside are back`
  } finally {
    await theirs.dispose()
  }
}

const sorted = (topics: Record<string, string>) =>
  Object.fromEntries(Object.entries(topics).sort(([a], [b]) => (a < b ? -1 : 1)))
