/**
 * Quotas in force: who goes beyond is told to wait, and not listened to meanwhile. Played alone, since a quota is everybody's who has
 * no name; times are told roughly, since both brokers measure.
 */
import { AlterClientQuotas } from '../../../src/protocol/messages/alter-client-quotas'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { CreatePartitions } from '../../../src/protocol/messages/create-partitions'
import { CreateTopics } from '../../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../../src/protocol/messages/delete-topics'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { Produce } from '../../../src/protocol/messages/produce'
import { batch } from '../batches'
import { published } from '../published'
import { type Scenario, scene } from '../scenario'
import type { Subject, Topic } from '../subject'

type Entity = readonly { readonly entityType: string; readonly entityName: string | null }[]

const everybody: Entity = [{ entityType: 'user', entityName: 'ANONYMOUS' }]
const client = (entityName: string | null): Entity => [{ entityType: 'client-id', entityName }]

/** Puts a quota in force while `work` runs. */
async function under(
  subject: Subject,
  { entity = everybody, key, value }: { entity?: Entity; key: string; value: number },
  work: () => Promise<void>,
): Promise<void> {
  const alter = async (remove: boolean) => {
    const entries = [{ entity, ops: [{ key, value, remove }] }]
    await subject.quiet(AlterClientQuotas, { entries, validateOnly: false }, undefined, 'control')
    await published(subject, 'control')
  }
  await alter(false)
  try {
    await work()
  } finally {
    await alter(true)
  }
}

/** To a second and a half, with edges that none of the waits below is near. */
const roughly = (ms: number) => Math.ceil(ms / 1500)

const twentyThousand = batch(['x'.repeat(20_000)])

async function produces(subject: Subject, topic: Topic, connection: string): Promise<void> {
  const topicData = [{ name: topic.name, partitionData: [{ index: 0, records: twentyThousand }] }]
  const reply = await subject.quiet(Produce, { acks: -1, timeoutMs: 5000, topicData }, 12, connection)
  const [row] = reply.responses[0]!.partitionResponses
  subject.note(`produced by ${connection}`, { throttle: roughly(reply.throttleTimeMs), errorCode: row!.errorCode })
}

/** Asks for something free of charge, and notes whether the connection was listened to at once. */
async function isHeard(subject: Subject, connection: string): Promise<void> {
  const began = performance.now()
  const who = { clientSoftwareName: 'x', clientSoftwareVersion: '1' }
  const { throttleTimeMs } = await subject.quiet(ApiVersions, who, 3, connection)
  subject.note(`heard on ${connection}`, { throttleTimeMs, late: performance.now() - began > 700 })
}

async function bytesIn(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  await under(subject, { key: 'producer_byte_rate', value: 1780 }, async () => {
    await produces(subject, topic, 'one')
    await produces(subject, topic, 'two')
    await isHeard(subject, 'one')
    await isHeard(subject, 'three')
  })
  await produces(subject, topic, 'four')
  await under(subject, { entity: client(null), key: 'producer_byte_rate', value: 780 }, async () => {
    await produces(subject, topic, 'five')
    await under(subject, { entity: client('oracle'), key: 'producer_byte_rate', value: 1_000_000 }, async () => {
      await produces(subject, topic, 'six')
    })
    const entity = [{ entityType: 'user', entityName: null }]
    await under(subject, { entity, key: 'producer_byte_rate', value: 2_000_000 }, async () => {
      await produces(subject, topic, 'seven')
    })
  })
}

async function fetches(subject: Subject, topic: Topic, connection: string): Promise<void> {
  const reply = await subject.quiet(
    Fetch,
    {
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 50_000_000,
      sessionId: 0,
      sessionEpoch: 0,
      topics: [{ topic: topic.name, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
    } as never,
    12,
    connection,
  )
  subject.note(`fetched by ${connection}`, {
    throttle: roughly(reply.throttleTimeMs),
    errorCode: reply.errorCode,
    topics: reply.responses.length,
    hasSession: reply.sessionId !== 0,
  })
}

/** Batches are sent whole here, so the quotas are such that Kafka cuts none either. */
async function bytesOut(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  await subject.append(topic, twentyThousand)
  await under(subject, { key: 'consumer_byte_rate', value: 6500 }, async () => {
    for (const connection of ['one', 'two', 'three']) await fetches(subject, topic, connection)
    await isHeard(subject, 'three')
    await fetches(subject, topic, 'four')
    await isHeard(subject, 'four')
    await isHeard(subject, 'five')
  })
  await under(subject, { key: 'consumer_byte_rate', value: 1550 }, async () => fetches(subject, topic, 'six'))
  await fetches(subject, topic, 'seven')
}

/** What counts of a fetch that waits is not its wait; it is told like any other to say nothing for a while. */
async function timeOfWaiting(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }]
  const asked = { maxWaitMs: 300, minBytes: 1, maxBytes: 1_000_000, topics: [{ topic: topic.name, partitions }] }
  const waits = async (connection: string) => {
    const reply = await subject.quiet(Fetch, asked, 11, connection)
    subject.note(`waited on ${connection}`, { throttle: reply.throttleTimeMs, errorCode: reply.errorCode })
  }
  await under(subject, { entity: client('oracle'), key: 'request_percentage', value: 0.00001 }, async () => {
    for (const connection of ['one', 'two']) await waits(connection)
    await isHeard(subject, 'two')
  })
  // A third of a second of waiting would be a third of all time.
  await under(subject, { entity: client('oracle'), key: 'request_percentage', value: 30 }, async () => {
    for (const connection of ['three', 'four', 'five']) await waits(connection)
  })
}

async function time(subject: Subject): Promise<void> {
  await under(subject, { entity: client('oracle'), key: 'request_percentage', value: 0.00001 }, async () => {
    const who = { clientSoftwareName: 'x', clientSoftwareVersion: '1' }
    for (const connection of ['one', 'two']) {
      const { throttleTimeMs } = await subject.quiet(ApiVersions, who, 3, connection)
      subject.note(`took its time on ${connection}`, throttleTimeMs)
    }
  })
}

async function mutations(subject: Subject): Promise<void> {
  const topics = (stem: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: subject.name(`${stem}${index}`),
      numPartitions: 4,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
  const create = async (stem: string, version: number, validateOnly = false) => {
    const asked = { topics: topics(stem, 4), timeoutMs: 10_000, validateOnly }
    const reply = await subject.quiet(CreateTopics, asked, version, `${stem}${version}`)
    const codes = reply.topics.map(({ errorCode, errorMessage }) => `${errorCode} ${errorMessage}`).sort()
    subject.note(`created ${stem} in v${version}`, { throttle: roughly(reply.throttleTimeMs), codes })
  }
  const present = await subject.topic('present', 2)
  await under(subject, { key: 'controller_mutation_rate', value: 0.5 }, async () => {
    await create('first', 7)
    await create('second', 7)
    await create('asked', 7, true)
    const grow = { topics: [{ name: present.name, count: 3, assignments: null }], timeoutMs: 5000, validateOnly: false }
    const grown = await subject.quiet(CreatePartitions, grow, 3, 'grow')
    subject.note('grown', { throttle: roughly(grown.throttleTimeMs), results: grown.results })
    const doomed = { topics: [{ name: present.name, topicId: '0'.repeat(32) }], timeoutMs: 5000 }
    const deleted = await subject.quiet(DeleteTopics, doomed, 6, 'delete')
    const [row] = deleted.responses
    subject.note('deleted', {
      throttle: roughly(deleted.throttleTimeMs),
      errorCode: row!.errorCode,
      errorMessage: row!.errorMessage,
    })
    await create('third', 5)
    await create('fourth', 6)
  })
  await create('fifth', 7)
}

/** One client that asks again and again, strictly: it is let go on until it is refused, and only then has to wait. */
async function mutationsInARow(subject: Subject): Promise<void> {
  await under(subject, { key: 'controller_mutation_rate', value: 1 }, async () => {
    for (const nth of [1, 2, 3]) {
      const topic = {
        name: subject.name(`row${nth}`),
        numPartitions: 8,
        replicationFactor: 1,
        assignments: [],
        configs: [],
      }
      const reply = await subject.quiet(
        CreateTopics,
        { topics: [topic], timeoutMs: 10_000, validateOnly: false },
        6,
        'row',
      )
      subject.note(`created ${nth}`, { waits: reply.throttleTimeMs > 0, errorCode: reply.topics[0]?.errorCode })
    }
  })
}

export const throttledScenarios: readonly Scenario[] = [
  scene('configs of quotas in force: bytes in', bytesIn),
  scene('configs of quotas in force: bytes out', bytesOut),
  scene('configs of quotas in force: time', time),
  scene('configs of quotas in force: time of a fetch that waits', timeOfWaiting),
  scene('configs of quotas in force: mutations', mutations),
  scene('configs of quotas in force: mutations in a row', mutationsInARow),
]
