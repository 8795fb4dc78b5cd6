/** A client of other people, unchanged, against the command: records in and out, a group, and what a crash leaves. */
import { pbkdf2Sync } from 'node:crypto'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionTypes,
  type EachMessagePayload,
  Kafka,
  type Producer,
  ResourcePatternTypes,
  type SASLOptions,
  logLevel,
} from 'kafkajs'
import { AlterUserScramCredentials } from '../../src/protocol/messages/alter-user-scram-credentials'
import { SaslAuthenticate } from '../../src/protocol/messages/sasl-authenticate'
import { SaslHandshake } from '../../src/protocol/messages/sasl-handshake'
import { Odradek, freePort, scratch } from './odradek'

jest.setTimeout(120_000)

const started: { disconnect(): Promise<void> }[] = []

afterEach(async () => {
  for (const client of started.splice(0)) await client.disconnect().catch(() => {})
})

const clientOf = (port: number) =>
  new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 500 } })

async function producerOf(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer()
  started.push(producer)
  await producer.connect()
  return producer
}

/** Joins the group and resolves with the first `count` messages; they are committed when it does. */
async function consume(kafka: Kafka, groupId: string, topic: string, count: number): Promise<EachMessagePayload[]> {
  const consumer = kafka.consumer({ groupId })
  started.push(consumer)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const payloads = await new Promise<EachMessagePayload[]>((resolve, reject) => {
    const got: EachMessagePayload[] = []
    const eachMessage = async (payload: EachMessagePayload) => {
      if (got.length < count && got.push(payload) === count) resolve(got)
    }
    consumer.run({ eachMessage, autoCommitThreshold: 1 }).catch(reject)
  })
  await consumer.disconnect()
  return payloads
}

test('keys, headers, tombstones and gzip arrive as they left', async () => {
  const broker = new Odradek(['--port', '0', '--json'])
  const kafka = clientOf((await broker.ready()).port)
  const producer = await producerOf(kafka)
  const messages = [
    { key: 'a', value: 'first', headers: { trace: 'abc' } },
    { key: 'b', value: null },
    { key: null, value: 'x'.repeat(100_000) },
  ]
  await producer.send({ topic: 't', messages, compression: CompressionTypes.GZIP })
  const got = (await consume(kafka, 'g', 't', 3)).map(({ message }) => message)
  expect(got.map(({ key, value }) => [key?.toString() ?? null, value?.toString() ?? null])).toEqual(
    messages.map(({ key, value }) => [key, value]),
  )
  expect(got[0]!.headers!['trace']!.toString()).toBe('abc')
  expect((await broker.stop()).code).toBe(0)
})

test('after kill -9 all that was acknowledged is there, and a group goes on where it was', async () => {
  const directory = scratch()
  const port = await freePort()
  const args = ['start', '--port', String(port), '--json', '--data-dir', directory]
  const first = new Odradek(args)
  await first.ready()
  const kafka = clientOf(port)
  const producer = await producerOf(kafka)
  const send = (from: number, to: number) =>
    producer.send({
      topic: 'orders',
      acks: -1,
      messages: Array.from({ length: to - from }, (_, index) => ({ value: String(from + index) })),
    })
  await send(0, 50)
  const before = await consume(kafka, 'g', 'orders', 50)
  await send(50, 100)
  first.signal('SIGKILL')
  await first.ended

  const second = new Odradek(args)
  await second.ready()
  await send(100, 110)
  const after = await consume(kafka, 'g', 'orders', 60)
  const values = [...before, ...after].map(({ message }) => Number(message.value))
  expect(values).toEqual(Array.from({ length: 110 }, (_, index) => index))
  expect(after.map(({ message }) => Number(message.offset))).toEqual(
    Array.from({ length: 60 }, (_, index) => 50 + index),
  )
  await producer.disconnect()
  expect((await second.stop()).code).toBe(0)
})

test('users of PLAIN and of SCRAM come in, others do not, and access rules are about them', async () => {
  const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_root="r" user_ann="a";'
  const settings = {
    listeners: 'SASL_PLAINTEXT://127.0.0.1:0',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': jaas,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:root',
  }
  const set = Object.entries(settings).flatMap(([key, text]) => ['--set', `${key}=${text}`])
  const broker = new Odradek(['--port', '0', '--json', ...set])
  const { port } = await broker.ready()
  const as = (sasl: SASLOptions) =>
    new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry: { retries: 0 }, sasl })
  const admin = as({ mechanism: 'plain', username: 'root', password: 'r' }).admin()
  started.push(admin)
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 't', numPartitions: 1 }] })
  await expect(as({ mechanism: 'plain', username: 'ann', password: 'x' }).admin().connect()).rejects.toThrow(
    'Invalid username or password',
  )
  await expect(as({ mechanism: 'scram-sha-256', username: 'bob', password: 'b' }).admin().connect()).rejects.toThrow()
  const ann = await producerOf(as({ mechanism: 'plain', username: 'ann', password: 'a' }))
  const send = () => ann.send({ topic: 't', messages: [{ value: 'v' }] })
  await expect(send()).rejects.toThrow(/not authorized/i)
  await admin.createAcls({
    acl: [
      {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: 't',
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:ann',
        host: '*',
        operation: AclOperationTypes.WRITE,
        permissionType: AclPermissionTypes.ALLOW,
      },
    ],
  })
  await send()
  expect((await broker.stop()).code).toBe(0)
})

test('SCRAM of both kinds, for a user that was made over PLAIN', async () => {
  const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_root="r";'
  const settings = {
    listeners: 'SASL_PLAINTEXT://127.0.0.1:0',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': jaas,
  }
  const set = Object.entries(settings).flatMap(([key, text]) => ['--set', `${key}=${text}`])
  const broker = new Odradek(['--port', '0', '--json', ...set])
  const { port } = await broker.ready()
  const root = await broker.connect()
  await root.request(SaslHandshake, 1, { mechanism: 'PLAIN' })
  await root.request(SaslAuthenticate, 2, { authBytes: Buffer.from('\0root\0r') })
  for (const mechanism of [1, 2]) {
    const salt = Buffer.from('some salt')
    const saltedPassword = pbkdf2Sync('secret', salt, 4096, 32 * mechanism, `sha${256 * mechanism}`)
    const upsertions = [{ name: 'sue', mechanism, iterations: 4096, salt, saltedPassword }]
    const { results } = await root.request(AlterUserScramCredentials, 0, { deletions: [], upsertions })
    expect(results).toEqual([{ user: 'sue', errorCode: 0, errorMessage: null }])
  }
  for (const mechanism of ['scram-sha-256', 'scram-sha-512'] as const) {
    const as = (password: string) =>
      new Kafka({
        brokers: [`127.0.0.1:${port}`],
        logLevel: logLevel.NOTHING,
        retry: { retries: 0 },
        sasl: { mechanism, username: 'sue', password } as SASLOptions,
      })
    const producer = await producerOf(as('secret'))
    await producer.send({ topic: 't', messages: [{ value: mechanism }] })
    await expect(as('wrong').admin().connect()).rejects.toThrow(/invalid credentials/)
  }
  expect((await broker.stop()).code).toBe(0)
})
