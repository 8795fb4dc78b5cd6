/** What is left of deleted topics where a broker ended before their directories were gone: a Kafka's for us, and ours for a Kafka. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Produce } from '../../src/protocol/messages/produce'
import { Broker } from '../judge/broker'
import { kafka } from '../judge/kafka'
import { odradek } from '../judge/odradek'
import { temporaryDir, until } from '../judge/process'
import { batch } from '../oracle/batches'
import { Wire } from '../oracle/wire'

const delay = 'log.segment.delete.delay.ms'
/** Longer than anybody waits here, so that what is deleted is still there when the broker ends. */
const settings = { [delay]: '3600000' }
const partitions = 2

const leftovers = (data: string): string[] => readdirSync(data).filter(name => name.endsWith('-delete'))

async function create(wire: Wire, name: string): Promise<void> {
  const topic = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }
  await wire.ask(CreateTopics, 5, { topics: [topic], timeoutMs: 10_000 })
  await until(`${name} takes records`, 20_000, async () => {
    const asked = {
      acks: -1,
      timeoutMs: 5_000,
      topicData: [{ name, partitionData: [{ index: 0, records: batch(['v']) }] }],
    }
    return (await wire.ask(Produce, 9, asked)).responses[0]!.partitionResponses[0]!.errorCode === 0
  })
}

async function remove(wire: Wire, data: string, name: string): Promise<void> {
  await wire.ask(DeleteTopics, 4, { topicNames: [name], timeoutMs: 10_000 })
  const renamed = new RegExp(`^${name}-\\d+\\.[0-9a-f]{32}-delete$`)
  await until(`the directories of ${name} have lost their names`, 20_000, () => {
    return leftovers(data).filter(each => renamed.test(each)).length === partitions
  })
}

/** Waits until nothing is left of what was deleted, and what was not deleted is served. */
async function serves(broker: Broker, name: string): Promise<void> {
  const wire = await Wire.open(broker.port)
  const asked = { name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }
  await until(`${broker.kind} serves ${name}`, 20_000, async () => {
    const found = (await wire.ask(ListOffsets, 5, { replicaId: -1, topics: [asked] })).topics[0]!.partitions[0]!
    return found.errorCode === 0 && found.offset === 1
  })
  wire.close()
  await until(`${broker.kind} removes what was deleted`, 20_000, () => leftovers(broker.dataDir).length === 0)
  const strays = readdirSync(broker.dataDir).filter(each => each.endsWith('-stray'))
  if (strays.length > 0) throw new Error(`${broker.kind} has put aside ${strays.join(', ')}`)
}

export async function deletedTopics(): Promise<string> {
  const theirs = await Broker.start(kafka('512m'), { settings })
  try {
    const wire = await Wire.open(theirs.port)
    await create(wire, 'kept')
    await create(wire, 'theirs')
    await remove(wire, theirs.dataDir, 'theirs')
    wire.close()
    await theirs.stop()
    const data = path.join(temporaryDir('deleted-'), 'data')
    cpSync(theirs.dataDir, data, { recursive: true })
    const ours = await Broker.start(odradek({ profile: 'strict' }), { dataDir: data, settings })
    try {
      await serves(ours, 'kept')
      const mine = await Wire.open(ours.port)
      await create(mine, 'ours')
      await remove(mine, data, 'ours')
      mine.close()
      await ours.kill()
    } finally {
      await ours.dispose()
    }
    const count = giveBack(data, theirs.dataDir)
    // The last line of a key counts in a file of properties. By itself a Kafka looks half a minute after its start.
    const impatient = `${delay}=1\nlog.initial.task.delay.ms=1\n`
    appendFileSync(path.join(path.dirname(theirs.dataDir), 'server.properties'), impatient)
    await theirs.start()
    await serves(theirs, 'kept')
    return `${partitions} directories that a Kafka had deleted and not removed are removed by us, and ${count} of both by a Kafka`
  } finally {
    await theirs.dispose()
  }
}

/** Puts our leftovers beside those of the Kafka, the second time as a removal leaves them that was cut short. */
function giveBack(from: string, to: string): number {
  const names = leftovers(from)
  for (const [nth, name] of names.entries()) {
    cpSync(path.join(from, name), path.join(to, name), { recursive: true })
    const cut = path.join(to, name.replace(/[0-9a-f]{32}/, String(nth).repeat(32)))
    mkdirSync(cut)
    if (nth > 0) continue
    cpSync(path.join(from, name), cut, { recursive: true })
    for (const file of ['partition.metadata', `${'0'.repeat(20)}.log`]) rmSync(path.join(cut, file))
  }
  return leftovers(to).length
}
