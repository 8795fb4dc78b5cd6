/** kcat (librdkafka), unchanged, through the common scenarios that a command line tool can play. */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { mustRun, run, temporaryDir, until } from '../../scripts/judge/process'
import { javaPartitions, keyAt, keyCount, keyPartitions } from '../keys'
import { type Job, type Scene, holds, runScenes, same } from '../runner'
import { createTopic, kafkaOf } from '../kafkajs/client'

const kcat = (job: Job, args: readonly string[], input?: string | Buffer): Promise<string> =>
  mustRun('kcat', ['-b', job.bootstrap, ...args], { timeoutMs: 25_000, ...(input === undefined ? {} : { input }) })

const values = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `value-${from + index}-${'a'.repeat((from + index) % 100)}`)

/** kcat cannot create topics with partitions and configs, so another client does. */
const topicOf = async (
  job: Job,
  stem: string,
  partitions = 1,
  configs: Record<string, string> = {},
): Promise<string> => {
  const topic = job.fresh(stem)
  await createTopic(kafkaOf(job.bootstrap), topic, partitions, configs)
  return topic
}

const produce = (job: Job, topic: string, lines: readonly string[], args: readonly string[] = []): Promise<string> =>
  kcat(job, ['-P', '-t', topic, ...args], `${lines.join('\n')}\n`)

const lines = (text: string): string[] => text.split('\n').filter(line => line !== '')

const read = async (job: Job, topic: string, args: readonly string[] = []): Promise<string[]> =>
  lines(await kcat(job, ['-C', '-t', topic, '-e', '-q', '-o', 'beginning', ...args]))

const codec =
  (name: string): Scene =>
  async job => {
    const topic = await topicOf(job, 'codec')
    await produce(job, topic, values(0, 200), ['-z', name])
    same('values', await read(job, topic), values(0, 200))
    return '200 records'
  }

const acks =
  (how: string): Scene =>
  async job => {
    const topic = await topicOf(job, 'acks')
    await produce(job, topic, values(0, 50), ['-X', `acks=${how}`])
    await until('50 records', 5000, async () => (await read(job, topic)).length === 50)
    return undefined
  }

async function idempotent(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'idempotent')
  await produce(job, topic, values(0, 300), ['-X', 'enable.idempotence=true', '-X', 'batch.num.messages=10'])
  same('values', await read(job, topic), values(0, 300))
  return undefined
}

async function records(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'records')
  await produce(job, topic, ['k:v'], ['-K:', '-H', 'a=1', '-H', 'b=two', '-H', 'a=3'])
  await produce(job, topic, ['gone:'], ['-K:', '-Z'])
  await produce(job, topic, ['no key'])
  await produce(job, topic, ['ключ:値 🎉'], ['-K:'])
  const found = (await kcat(job, ['-C', '-t', topic, '-e', '-q', '-J', '-o', 'beginning'])).trim().split('\n')
  const shown = found.map(line => JSON.parse(line) as Record<string, unknown>)
  same(
    'keys',
    shown.map(({ key }) => key),
    ['k', 'gone', null, 'ключ'],
  )
  same(
    'values',
    shown.map(({ payload }) => payload),
    ['v', null, 'no key', '値 🎉'],
  )
  same('headers', shown[0]?.['headers'], ['a', '1', 'b', 'two', 'a', '3'])
  same(
    'offsets',
    shown.map(({ offset }) => offset),
    [0, 1, 2, 3],
  )
  holds(
    'times',
    shown.every(({ ts }) => Math.abs(Date.now() - Number(ts)) < 60_000),
  )
  return undefined
}

async function consumeStart(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'start')
  for (let at = 0; at < 3; at++) await produce(job, topic, values(at * 10, 10))
  same('values', await read(job, topic), values(0, 30))
  return undefined
}

async function consumeEnd(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'end')
  await produce(job, topic, values(0, 10))
  const out: string[] = []
  const reader = follow(
    ['-C', '-b', job.bootstrap, '-t', topic, '-p', '0', '-o', 'end', '-u', '-D', '\n', '-f', '%o\n'],
    line => out.push(line),
  )
  try {
    await until('the reader has reached the end', 10_000, () => reader.log.join('').includes('Reached end'))
    await produce(job, topic, values(10, 5))
    await until('5 records', 10_000, () => out.length >= 5)
    same('offsets', out, ['10', '11', '12', '13', '14'])
  } finally {
    reader.process.kill('SIGKILL')
  }
  return undefined
}

async function consumeTime(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'time')
  await produce(job, topic, values(0, 5))
  await new Promise(resolve => setTimeout(resolve, 50))
  const between = Date.now()
  await new Promise(resolve => setTimeout(resolve, 50))
  await produce(job, topic, values(5, 5))
  same('query', (await kcat(job, ['-Q', '-t', `${topic}:0:${between}`])).trim(), `${topic} [0] offset 5`)
  same('values', await read(job, topic, ['-o', `s@${between}`]), values(5, 5))
  return undefined
}

async function listOffsets(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'offsets', 3)
  for (const [partition, count] of [
    [0, 3],
    [1, 2],
  ] as const)
    await produce(job, topic, values(0, count), ['-p', String(partition)])
  const asked = [0, 1, 2].flatMap(partition => ['-t', `${topic}:${partition}:-1`])
  const found = lines(await kcat(job, ['-Q', ...asked])).sort()
  same(
    'ends',
    found,
    [3, 2, 0].map((end, partition) => `${topic} [${partition}] offset ${end}`),
  )
  return undefined
}

async function large(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'large', 1, { 'max.message.bytes': String(2 << 20) })
  const file = path.join(temporaryDir('compat-kcat-'), 'value')
  const value = 'o'.repeat(1 << 20)
  fs.writeFileSync(file, value)
  for (let index = 0; index < 3; index++) await kcat(job, ['-P', '-t', topic, '-X', 'message.max.bytes=4000000', file])
  const found = await read(job, topic)
  holds('values differ', found.length === 3 && found.every(text => text === value))
  return undefined
}

async function keys(job: Job): Promise<string> {
  const topic = await topicOf(job, 'keys', keyPartitions)
  const text = Array.from({ length: keyCount }, (_, index) => `${keyAt(index)}\t${index}`)
  await produce(job, topic, text, ['-K\t', '-X', 'topic.partitioner=murmur2_random'])
  const wanted = javaPartitions()
  const found = await read(job, topic, ['-f', '%p %s\n'])
  same('records', found.length, keyCount)
  const wrong = found.filter(line => wanted[Number(line.split(' ')[1])] !== Number(line.split(' ')[0]))
  same('keys elsewhere', wrong.length, 0)
  return `${keyCount} keys`
}

async function autoCreate(job: Job): Promise<undefined> {
  const topic = job.fresh('auto')
  await produce(job, topic, values(0, 3))
  same('values', await read(job, topic), values(0, 3))
  return undefined
}

async function unknownTopic(job: Job): Promise<string> {
  const args = ['-b', job.bootstrap, '-C', '-t', job.fresh('nowhere'), '-e', '-X', 'allow.auto.create.topics=false']
  const { code, stderr } = await run('kcat', args, { timeoutMs: 20_000 })
  holds(`exit code ${code}: ${stderr}`, code !== 0 && /Unknown topic or partition/i.test(stderr))
  return stderr.trim().split('\n').at(-1) ?? ''
}

async function tooLarge(job: Job): Promise<string> {
  const topic = await topicOf(job, 'too-large')
  const file = path.join(temporaryDir('compat-kcat-'), 'value')
  fs.writeFileSync(file, 'o'.repeat(2 << 20))
  const args = ['-b', job.bootstrap, '-P', '-t', topic, '-X', 'message.max.bytes=8000000', file]
  const { stderr } = await run('kcat', args, { timeoutMs: 20_000 })
  holds(`another error: ${stderr}`, /Message size too large/i.test(stderr))
  await produce(job, topic, ['small'])
  same('values', await read(job, topic), ['small'])
  return stderr.trim().split('\n').at(-1)?.replace(/^% ?/, '') ?? ''
}

interface Following {
  readonly process: ChildProcess
  readonly log: string[]
}

/** A kcat that keeps running; `take` gets its lines, `log` what it says about itself. */
function follow(args: readonly string[], take: (line: string) => void): Following {
  const child = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const log: string[] = []
  let rest = ''
  child.stdout.on('data', chunk => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    parts.filter(part => part !== '').forEach(take)
  })
  child.stderr.on('data', chunk => log.push(String(chunk)))
  return { process: child, log }
}

/** Reads `count` records as a member of a group; kcat commits what it read when it leaves. */
async function groupRead(job: Job, topic: string, group: string, count: number): Promise<string[]> {
  const settings = [
    '-X',
    'auto.offset.reset=earliest',
    '-X',
    'enable.auto.offset.store=true',
    '-X',
    'auto.commit.interval.ms=100',
  ]
  return lines(await kcat(job, ['-G', group, '-q', '-c', String(count), ...settings, topic])).slice(0, count)
}

async function groupCommit(job: Job): Promise<undefined> {
  const [topic, group] = [await topicOf(job, 'commit'), job.fresh('group')]
  await produce(job, topic, values(0, 20))
  same('first half', await groupRead(job, topic, group, 10), values(0, 10))
  same('second half', await groupRead(job, topic, group, 10), values(10, 10))
  return undefined
}

async function groupRebalance(job: Job): Promise<string> {
  const [topic, group] = [await topicOf(job, 'rebalance', 6), job.fresh('group')]
  const arrived = new Set<string>()
  const settings = [
    '-X',
    'session.timeout.ms=6000',
    '-X',
    'heartbeat.interval.ms=500',
    '-X',
    'auto.offset.reset=earliest',
  ]
  const start = () =>
    follow(['-b', job.bootstrap, '-G', group, '-u', '-f', '%s\n', ...settings, topic], line => arrived.add(line))
  const members = [start(), start(), start()]
  const owned = (member: Following): number[] => {
    const last =
      member.log
        .join('')
        .split('\n')
        .filter(line => line.includes('assigned:'))
        .at(-1) ?? ''
    return [...last.matchAll(/\[(\d+)\]/g)].map(match => Number(match[1]))
  }
  const shared = (alive: readonly Following[], each: number) =>
    alive.every(member => owned(member).length === each) && alive.flatMap(owned).sort().join() === '0,1,2,3,4,5'
  const send = async (from: number) => {
    for (let partition = 0; partition < 6; partition++) {
      const ten = Array.from({ length: 10 }, (_, index) => String(from + partition * 10 + index))
      await produce(job, topic, ten, ['-p', String(partition)])
    }
  }
  try {
    await until('each of three members has two partitions', 40_000, () => shared(members, 2))
    await send(0)
    await until('60 records arrived', 20_000, () => arrived.size === 60)
    const killed = performance.now()
    members[0]?.process.kill('SIGKILL')
    await until('the two left share six partitions', 40_000, () => shared(members.slice(1), 3))
    const took = Math.round(performance.now() - killed)
    await send(60)
    await until('120 records arrived', 20_000, () => arrived.size === 120)
    return `taken over ${took} ms after the kill`
  } finally {
    for (const member of members) member.process.kill('SIGKILL')
  }
}

async function restartResume(job: Job): Promise<undefined> {
  const [topic, group] = [await topicOf(job, 'restart'), job.fresh('group')]
  await produce(job, topic, values(0, 30))
  same('before', await groupRead(job, topic, group, 10), values(0, 10))
  await job.restart()
  await produce(job, topic, values(30, 10))
  same('after', await groupRead(job, topic, group, 30), values(10, 30))
  return undefined
}

async function describeCluster(job: Job): Promise<string> {
  const { brokers, controllerid } = JSON.parse(await kcat(job, ['-L', '-J'])) as {
    brokers: unknown[]
    controllerid: number
  }
  same('brokers', brokers.length, 1)
  holds('a controller', controllerid >= 0)
  return `controller ${controllerid}`
}

void runScenes('kcat', {
  'produce-none': codec('none'),
  'produce-gzip': codec('gzip'),
  'produce-snappy': codec('snappy'),
  'produce-lz4': codec('lz4'),
  'produce-zstd': codec('zstd'),
  'acks-0': acks('0'),
  'acks-1': acks('1'),
  'acks-all': acks('all'),
  idempotent,
  records,
  'consume-start': consumeStart,
  'consume-end': consumeEnd,
  'consume-time': consumeTime,
  'list-offsets': listOffsets,
  'group-commit': groupCommit,
  'group-rebalance': groupRebalance,
  'restart-resume': restartResume,
  'message-1mib': large,
  'java-partitions': keys,
  'auto-create': autoCreate,
  'unknown-topic': unknownTopic,
  'too-large': tooLarge,
  'describe-cluster': describeCluster,
})
