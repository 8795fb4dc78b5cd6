/** Whether a client could work: a topic of its own, one record written and read, and the topic is gone again. */
import type { ClientConnection } from '../../client/connection'
import { uuidHex } from '../../platform/random'
import { errorNameOf } from '../../protocol/errors'
import { CreateTopics } from '../../protocol/messages/create-topics'
import { DeleteTopics } from '../../protocol/messages/delete-topics'
import { Fetch } from '../../protocol/messages/fetch'
import { Metadata, type MetadataResponse } from '../../protocol/messages/metadata'
import { Produce } from '../../protocol/messages/produce'
import { buildBatch, recordsOf } from '../../protocol/records/records'
import { connected, type World } from './look'
import type { Finding } from './words'

const greeting = 'written by odradek doctor'
const attemptsMax = 50
const pauseMs = 100

class Failed extends Error {}

/** Versions that every broker since Kafka 2.1 serves. */
const versions = { create: 2, delete: 1, metadata: 5, produce: 3, fetch: 4 }

export async function tryWriting(world: World, { brokers }: MetadataResponse): Promise<Finding> {
  const check = 'write'
  const topic = `odradek-doctor-${uuidHex(world.random)}`
  const client = await connected(world, brokers[0]!)
  try {
    await create(client, topic)
    try {
      const leader = await leaderOf(world, client, topic)
      const atLeader = await connected(world, leader)
      try {
        await write(world, atLeader, topic)
        await read(world, atLeader, topic)
      } finally {
        atLeader.close()
      }
    } finally {
      await client.request(DeleteTopics, versions.delete, { topicNames: [topic], timeoutMs: world.timeoutMs })
    }
    return {
      check,
      ok: true,
      says: `a record was written to topic ${topic} and read; the topic is deleted`,
      advice: null,
    }
  } catch (error) {
    const says = `topic ${topic}: ${error instanceof Error ? error.message : String(error)}`
    return { check, ok: false, says, advice: 'What the broker thinks of it stands in its log.' }
  } finally {
    client.close()
  }
}

function must(what: string, errorCode: number): void {
  if (errorCode !== 0) throw new Failed(`${what} was refused: ${errorNameOf(errorCode) ?? `error ${errorCode}`}`)
}

async function create(client: ClientConnection, name: string): Promise<void> {
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  const made = await client.request(CreateTopics, versions.create, { topics, timeoutMs: 10_000 })
  must('the creation', made.topics[0]!.errorCode)
}

async function leaderOf(world: World, client: ClientConnection, name: string) {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const { brokers, topics } = await client.request(Metadata, versions.metadata, {
      topics: [{ name }],
      allowAutoTopicCreation: false,
    })
    const leader = topics[0]?.partitions[0]?.leaderId
    const found = brokers.find(({ nodeId }) => nodeId === leader)
    if (found) return found
    await new Promise<void>(resolve => world.timers.after(pauseMs, resolve))
  }
  throw new Failed('it has no leader')
}

async function write({ clock }: World, client: ClientConnection, name: string): Promise<void> {
  const records = buildBatch({
    records: [{ timestampMs: clock.now(), key: null, value: Buffer.from(greeting), headers: [] }],
  })
  const topicData = [{ name, partitionData: [{ index: 0, records }] }]
  const reply = await client.request(Produce, versions.produce, { acks: -1, timeoutMs: 5_000, topicData })
  must('writing', reply.responses[0]!.partitionResponses[0]!.errorCode)
}

async function read(world: World, client: ClientConnection, topic: string): Promise<void> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 65_536 }]
    const asked = { maxWaitMs: 500, minBytes: 1, maxBytes: 65_536, topics: [{ topic, partitions }] }
    const reply = await client.request(Fetch, versions.fetch, asked)
    const [answer] = reply.responses[0]?.partitions ?? []
    must('reading', answer?.errorCode ?? 0)
    const bytes = answer?.records
    if (bytes && bytes.length > 0) {
      const [record] = recordsOf(bytes, 0)
      if (record?.value?.toString() === greeting) return
      throw new Failed('something else was read than was written')
    }
    await new Promise<void>(resolve => world.timers.after(pauseMs, resolve))
  }
  throw new Failed('what was written cannot be read')
}
