/** Scenarios about records: producing, reading, partitions, limits. */
import { CompressionTypes } from 'kafkajs'
import { sleep } from '../../scripts/judge/process'
import { javaPartitions, keyAt, keyCount, keyPartitions } from '../keys'
import { type Job, type Scene, holds, refused, same } from '../runner'
import { createTopic, kafkaOf, readCount, readUntil, send, textOf } from './client'

const values = (count: number, stem = 'value'): { value: string }[] =>
  Array.from({ length: count }, (_, index) => ({ value: `${stem}-${index}-${'a'.repeat(index % 100)}` }))

const produceWith =
  (compression: CompressionTypes): Scene =>
  async job => {
    const kafka = kafkaOf(job.bootstrap)
    const topic = job.fresh('codec')
    await createTopic(kafka, topic, 1)
    const messages = values(200)
    await send(kafka, { topic, acks: -1, compression, messages })
    same(
      'values',
      textOf(await readCount(kafka, topic, 200)),
      textOf(messages.map(({ value }) => ({ value: Buffer.from(value) }))),
    )
    return '200 records'
  }

const produceAcks =
  (acks: number): Scene =>
  async job => {
    const kafka = kafkaOf(job.bootstrap)
    const topic = job.fresh('acks')
    await createTopic(kafka, topic, 1)
    const facts = await send(kafka, { topic, acks, messages: values(50) })
    if (acks !== 0) same('base offset', facts[0]?.baseOffset, '0')
    same('records', (await readCount(kafka, topic, 50)).length, 50)
    return undefined
  }

async function idempotent(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('idempotent')
  await createTopic(kafka, topic, 1)
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false })
  await producer.connect()
  const messages = values(300)
  for (let at = 0; at < 300; at += 30) await producer.send({ topic, messages: messages.slice(at, at + 30) })
  await producer.disconnect()
  const read = await readCount(kafka, topic, 300)
  same(
    'values',
    textOf(read),
    messages.map(({ value }) => value),
  )
  return '10 requests'
}

async function records(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('records')
  await createTopic(kafka, topic, 1)
  const messages = [
    { key: 'k', value: 'v', headers: { a: '1', b: Buffer.from([0, 255, 128]), empty: '' }, timestamp: '1700000000000' },
    { key: null, value: 'no key', timestamp: '1700000000001' },
    { key: 'gone', value: null, timestamp: '1700000000002' },
    { key: '', value: '', timestamp: '1700000000003' },
    { key: 'ключ', value: '値 🎉', headers: { twice: ['x', 'y'] }, timestamp: '1700000000004' },
  ]
  await send(kafka, { topic, messages })
  const read = await readCount(kafka, topic, messages.length)
  const text = (value: Buffer | string | null | undefined) => value?.toString('latin1' as never) ?? null
  const shape = (list: readonly { key?: unknown; value: unknown; timestamp?: string | undefined }[]) =>
    list.map(({ key, value, timestamp }) => [
      key === null ? null : Buffer.from(key as string).toString('hex'),
      value === null ? null : Buffer.from(value as string).toString('hex'),
      timestamp,
    ])
  same('records', shape(read), shape(messages))
  const headers = read[0]?.headers ?? {}
  same(
    'headers',
    ['a', 'b', 'empty'].map(name => Buffer.from(text(headers[name] as Buffer) ?? '', 'latin1').toString('hex')),
    ['31', '00ff80', ''],
  )
  same('repeated header', [read[4]?.headers?.['twice'] ?? []].flat().map(String), ['x', 'y'])
  same(
    'offsets',
    read.map(({ offset }) => offset),
    ['0', '1', '2', '3', '4'],
  )
  return undefined
}

async function consumeStart(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('start')
  await createTopic(kafka, topic, 1)
  for (const stem of ['a', 'b', 'c']) await send(kafka, { topic, messages: values(10, stem) })
  const read = await readUntil(kafka, topic, list => list.length >= 30, { from: { partition: 0, offset: '0' } })
  same('first and last', [read[0]?.offset, read.at(-1)?.offset], ['0', '29'])
  return undefined
}

async function consumeEnd(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('end')
  await createTopic(kafka, topic, 1)
  await send(kafka, { topic, messages: values(10, 'before') })
  const onReady = async () => {
    await send(kafka, { topic, messages: values(5, 'after') })
  }
  const read = await readUntil(kafka, topic, list => list.length >= 5, { latest: true, onReady })
  same(
    'offsets',
    read.map(({ offset }) => offset),
    ['10', '11', '12', '13', '14'],
  )
  return undefined
}

async function consumeTime(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('time')
  await createTopic(kafka, topic, 1)
  const began = Date.now() - 100_000
  for (let index = 0; index < 10; index++) {
    await send(kafka, { topic, messages: [{ value: String(index), timestamp: String(began + index * 1000) }] })
  }
  const admin = kafka.admin()
  await admin.connect()
  const [at] = await admin.fetchTopicOffsetsByTimestamp(topic, began + 4500)
  await admin.disconnect()
  same('offset by time', at, { partition: 0, offset: '5' })
  const read = await readUntil(kafka, topic, list => list.some(({ offset }) => offset === '9'), {
    from: { partition: 0, offset: '5' },
  })
  same('values', textOf(read).slice(-5), ['5', '6', '7', '8', '9'])
  return undefined
}

async function message1MiB(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('large')
  await createTopic(kafka, topic, 1, { 'max.message.bytes': String(2 << 20) })
  const value = Buffer.alloc(1 << 20, 'odradek ')
  for (let index = 0; index < 3; index++) await send(kafka, { topic, messages: [{ value }] })
  const read = await readCount(kafka, topic, 3)
  holds(
    'values differ',
    read.every(message => message.value?.equals(value)),
  )
  return undefined
}

async function partitionsOfJava(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('keys')
  await createTopic(kafka, topic, keyPartitions)
  const messages = Array.from({ length: keyCount }, (_, index) => ({ key: keyAt(index), value: String(index) }))
  await send(kafka, { topic, messages })
  const wanted = javaPartitions()
  const read = await readCount(kafka, topic, keyCount)
  const wrong = read.filter(({ value, partition }) => wanted[Number(value)] !== partition)
  same('keys elsewhere', wrong.length, 0)
  return `${keyCount} keys`
}

async function autoCreate(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('auto')
  const producer = kafka.producer({ allowAutoTopicCreation: true })
  await producer.connect()
  await producer.send({ topic, messages: values(3) })
  await producer.disconnect()
  same('records', (await readCount(kafka, topic, 3)).length, 3)
  return undefined
}

async function unknownTopic(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 1, initialRetryTime: 50 } })
  await producer.connect()
  const error = await refused('produce', () => producer.send({ topic: job.fresh('nowhere'), messages: values(1) }))
  await producer.disconnect()
  holds(`another error: ${error.message}`, /does not host this topic-partition/.test(error.message))
  return error.message
}

async function tooLarge(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const topic = job.fresh('too-large')
  await createTopic(kafka, topic, 1)
  const value = Buffer.alloc(2 << 20)
  const error = await refused('2 MiB', () => send(kafka, { topic, messages: [{ value }] }))
  same('error', error['type'], 'MESSAGE_TOO_LARGE')
  await send(kafka, { topic, messages: values(1) })
  await sleep(10)
  same('records', (await readCount(kafka, topic, 1)).length, 1)
  return error.message
}

export const recordScenes: Readonly<Record<string, Scene>> = {
  'produce-none': produceWith(CompressionTypes.None),
  'produce-gzip': produceWith(CompressionTypes.GZIP),
  'produce-snappy': produceWith(CompressionTypes.Snappy),
  'produce-lz4': produceWith(CompressionTypes.LZ4),
  'produce-zstd': produceWith(CompressionTypes.ZSTD),
  'acks-0': produceAcks(0),
  'acks-1': produceAcks(1),
  'acks-all': produceAcks(-1),
  idempotent,
  records,
  'consume-start': consumeStart,
  'consume-end': consumeEnd,
  'consume-time': consumeTime,
  'message-1mib': message1MiB,
  'java-partitions': partitionsOfJava,
  'auto-create': autoCreate,
  'unknown-topic': unknownTopic,
  'too-large': tooLarge,
}
