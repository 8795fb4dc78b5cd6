/** kafkajs as the scenarios use it: produce, and read whole partitions back. */
import { Kafka, type KafkaMessage, type ProducerRecord, logLevel } from 'kafkajs'
import { sleep } from '../../scripts/judge/process'

export const kafkaOf = (bootstrap: string): Kafka =>
  new Kafka({
    clientId: 'compat',
    brokers: [bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, retries: 8 },
  })

export type Read = KafkaMessage & {
  readonly partition: number
}

/** Creates a topic and waits until it has leaders. */
export async function createTopic(
  kafka: Kafka,
  topic: string,
  numPartitions: number,
  configs: Record<string, string> = {},
): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true })
  } finally {
    await admin.disconnect()
  }
}

/** Sends one request through a producer of its own. */
export async function send(kafka: Kafka, record: ProducerRecord, options: { idempotent?: boolean } = {}) {
  const producer = kafka.producer({ allowAutoTopicCreation: false, ...options })
  await producer.connect()
  try {
    return await producer.send(record)
  } finally {
    await producer.disconnect()
  }
}

/** Reads until `enough` says so, then stops. kafkajs reads through groups only, so each read is a group of its own. */
export async function readUntil(
  kafka: Kafka,
  topic: string,
  enough: (read: readonly Read[]) => boolean,
  options: {
    groupId?: string
    from?: { partition: number; offset: string }
    onReady?: () => Promise<void>
    latest?: boolean
  } = {},
): Promise<Read[]> {
  const groupId = options.groupId ?? `read-${topic}-${process.hrtime.bigint()}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, sessionTimeout: 10_000 })
  const read: Read[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: options.latest !== true })
  const joined = new Promise<void>(resolve => {
    const stop = consumer.on(consumer.events.GROUP_JOIN, () => {
      stop()
      resolve()
    })
  })
  try {
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message, partition }) => {
        read.push({ ...message, partition })
      },
    })
    if (options.from !== undefined) consumer.seek({ topic, ...options.from })
    await joined
    if (options.latest === true) await sleep(700)
    await options.onReady?.()
    while (!enough(read)) await sleep(20)
    return read
  } finally {
    await consumer.disconnect()
  }
}

export const readCount = (kafka: Kafka, topic: string, count: number): Promise<Read[]> =>
  readUntil(kafka, topic, read => read.length >= count)

export const textOf = (read: readonly { value: Buffer | null }[]): string[] =>
  read.map(({ value }) => value?.toString() ?? '')
