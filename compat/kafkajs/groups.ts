/** Scenarios about groups, and the member process that one of them kills. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Kafka } from 'kafkajs'
import { until } from '../../scripts/judge/process'
import { type Job, type Scene, argument, same } from '../runner'
import { createTopic, kafkaOf, readUntil, send, textOf } from './client'

const numbered = (from: number, count: number): { value: string }[] =>
  Array.from({ length: count }, (_, index) => ({ value: String(from + index) }))

/** Reads `count` records as a member, commits after the last one with `metadata`, leaves. */
async function readAndCommit(
  kafka: Kafka,
  groupId: string,
  topic: string,
  count: number,
  metadata: string,
): Promise<string[]> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 })
  const read: { offset: string; value: Buffer | null }[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      if (read.length < count) read.push(message)
    },
  })
  await until(`${count} records`, 25_000, () => read.length >= count)
  const offset = String(Number(read.at(-1)?.offset) + 1)
  await consumer.commitOffsets([{ topic, partition: 0, offset, metadata }])
  await consumer.disconnect()
  return textOf(read)
}

async function committed(kafka: Kafka, groupId: string, topic: string) {
  const admin = kafka.admin()
  await admin.connect()
  const [row] = await admin.fetchOffsets({ groupId, topics: [topic] })
  await admin.disconnect()
  return row?.partitions[0]
}

async function groupCommit(job: Job): Promise<undefined> {
  const kafka = kafkaOf(job.bootstrap)
  const [topic, groupId] = [job.fresh('commit'), job.fresh('group')]
  await createTopic(kafka, topic, 1)
  await send(kafka, { topic, messages: numbered(0, 20) })
  same(
    'first half',
    await readAndCommit(kafka, groupId, topic, 10, 'half'),
    textOf(numbered(0, 10).map(({ value }) => ({ value: Buffer.from(value) }))),
  )
  const position = await committed(kafka, groupId, topic)
  same('committed', [position?.offset, position?.metadata], ['10', 'half'])
  same('second half', (await readAndCommit(kafka, groupId, topic, 10, ''))[0], '10')
  return undefined
}

/** A process that joins, prints what it is assigned, and reads until it is killed. */
export async function member(): Promise<void> {
  const kafka = kafkaOf(argument('bootstrap') ?? '')
  const consumer = kafka.consumer({
    groupId: argument('group') ?? '',
    sessionTimeout: 6000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 200,
  })
  const topic = argument('member') ?? ''
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    process.stdout.write(`${JSON.stringify({ assigned: payload.memberAssignment[topic] ?? [] })}\n`)
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      process.stdout.write(`${JSON.stringify({ value: message.value?.toString() })}\n`)
    },
  })
}

interface Member {
  readonly process: ChildProcess
  assigned: number[]
  readonly values: string[]
}

function startMember(job: Job, topic: string, group: string): Member {
  const self = process.argv[1] ?? ''
  const args = ['scripts/run.js', self, '--bootstrap', job.bootstrap, '--member', topic, '--group', group]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const state: Member = { process: child, assigned: [], values: [] }
  let rest = ''
  child.stdout.on('data', chunk => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      const fact = JSON.parse(text) as { assigned?: number[]; value?: string }
      if (fact.assigned !== undefined) state.assigned = fact.assigned
      if (fact.value !== undefined) state.values.push(fact.value)
    }
  })
  return state
}

const shares = (members: readonly Member[]): string =>
  members
    .flatMap(({ assigned }) => assigned)
    .sort()
    .join()

async function groupRebalance(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const [topic, group] = [job.fresh('rebalance'), job.fresh('group')]
  await createTopic(kafka, topic, 6)
  const members = [1, 2, 3].map(() => startMember(job, topic, group))
  const produce = (from: number) =>
    send(kafka, { topic, messages: numbered(from, 60).map(({ value }, index) => ({ value, partition: index % 6 })) })
  try {
    await until(
      'each of three members has two partitions',
      40_000,
      () => members.every(({ assigned }) => assigned.length === 2) && shares(members) === '0,1,2,3,4,5',
    )
    await produce(0)
    await until('60 records arrived', 20_000, () => new Set(members.flatMap(({ values }) => values)).size === 60)
    const [dead, ...alive] = members as [Member, ...Member[]]
    const killed = performance.now()
    dead.process.kill('SIGKILL')
    await until('the two left share six partitions', 40_000, () => shares(alive) === '0,1,2,3,4,5')
    const took = Math.round(performance.now() - killed)
    await produce(60)
    await until('120 records arrived', 20_000, () => new Set(members.flatMap(({ values }) => values)).size === 120)
    return `taken over ${took} ms after the kill`
  } finally {
    for (const one of members) one.process.kill('SIGKILL')
  }
}

async function restartResume(job: Job): Promise<string> {
  const kafka = kafkaOf(job.bootstrap)
  const [topic, groupId] = [job.fresh('restart'), job.fresh('group')]
  await createTopic(kafka, topic, 1)
  await send(kafka, { topic, messages: numbered(0, 30) })
  await readAndCommit(kafka, groupId, topic, 10, 'before')
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await job.restart()
  await producer.send({ topic, messages: numbered(30, 10) })
  await producer.disconnect()
  const read = await readUntil(kafka, topic, list => list.length >= 30, { groupId })
  same(
    'values',
    textOf(read),
    numbered(10, 30).map(({ value }) => value),
  )
  return 'the same producer went on'
}

export const groupScenes: Readonly<Record<string, Scene>> = {
  'group-commit': groupCommit,
  'group-rebalance': groupRebalance,
  'restart-resume': restartResume,
}
