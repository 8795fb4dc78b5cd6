/** Apache Kafka's console tools, each started as its script would start it. */
import fs from 'node:fs'
import path from 'node:path'
import { toolCommand } from '../../scripts/judge/kafka'
import { type Finished, mustRun, run, temporaryDir } from '../../scripts/judge/process'
import { type Job, type Scene, holds, same } from '../runner'

const tool = (job: Job, name: string, args: readonly string[], input?: string): Promise<string> =>
  mustRun('java', toolCommand(name, ['--bootstrap-server', job.bootstrap, ...args]), {
    timeoutMs: 55_000,
    ...(input === undefined ? {} : { input }),
  })

const failing = (job: Job, name: string, args: readonly string[]): Promise<Finished> =>
  run('java', toolCommand(name, ['--bootstrap-server', job.bootstrap, ...args]), { timeoutMs: 55_000 })

const lines = (text: string): string[] => text.split('\n').filter(line => line.trim() !== '')

const contains = (says: string, text: string, pattern: RegExp): void =>
  holds(`${says}: ${pattern} is not in: ${text.trim().slice(-400)}`, pattern.test(text))

async function topicOf(job: Job, stem: string, partitions = 1): Promise<string> {
  const topic = job.fresh(stem)
  await tool(job, 'kafka-topics', ['--create', '--topic', topic, '--partitions', String(partitions)])
  return topic
}

const produce = (job: Job, topic: string, values: readonly string[], args: readonly string[] = []): Promise<string> =>
  tool(job, 'kafka-console-producer', ['--topic', topic, ...args], `${values.join('\n')}\n`)

const consume = async (job: Job, topic: string, count: number, args: readonly string[] = []): Promise<string[]> => {
  const bounds = ['--max-messages', String(count), '--timeout-ms', '20000']
  return lines(await tool(job, 'kafka-console-consumer', ['--topic', topic, ...bounds, ...args]))
}

async function topics(job: Job): Promise<undefined> {
  const topic = job.fresh('topics')
  contains(
    'create',
    await tool(job, 'kafka-topics', [
      '--create',
      '--topic',
      topic,
      '--partitions',
      '2',
      '--config',
      'retention.ms=60000',
    ]),
    /Created topic/,
  )
  holds('list', lines(await tool(job, 'kafka-topics', ['--list'])).includes(topic))
  await tool(job, 'kafka-topics', ['--alter', '--topic', topic, '--partitions', '4'])
  const described = await tool(job, 'kafka-topics', ['--describe', '--topic', topic])
  contains(
    'describe',
    described,
    /TopicId: \S{22}\s+PartitionCount: 4\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=60000/,
  )
  contains('leader', described, /Partition: 3\s+Leader: \d+\s+Replicas: \d+\s+Isr: \d+/)
  const again = await failing(job, 'kafka-topics', ['--create', '--topic', topic])
  contains('create again', again.stdout + again.stderr, /already exists/)
  await tool(job, 'kafka-topics', ['--delete', '--topic', topic])
  holds('still listed', !lines(await tool(job, 'kafka-topics', ['--list'])).includes(topic))
  return undefined
}

async function configs(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'configs')
  const entity = ['--entity-type', 'topics', '--entity-name', topic]
  await tool(job, 'kafka-configs', [
    '--alter',
    ...entity,
    '--add-config',
    'retention.ms=70000,cleanup.policy=[compact,delete]',
  ])
  contains(
    'describe',
    await tool(job, 'kafka-configs', ['--describe', ...entity]),
    /retention\.ms=70000 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:retention\.ms=70000/,
  )
  const all = await tool(job, 'kafka-configs', ['--describe', '--all', ...entity])
  contains(
    'describe all',
    all,
    /segment\.bytes=1073741824 sensitive=false synonyms=\{DEFAULT_CONFIG:log\.segment\.bytes=1073741824\}/,
  )
  await tool(job, 'kafka-configs', ['--alter', ...entity, '--delete-config', 'retention.ms'])
  holds('deleted', !/retention\.ms=70000/.test(await tool(job, 'kafka-configs', ['--describe', ...entity])))
  const refused = await failing(job, 'kafka-configs', ['--alter', ...entity, '--add-config', 'retention.ms=soon'])
  contains('illegal', refused.stdout + refused.stderr, /Invalid value soon for configuration retention\.ms/)
  const brokers = ['--entity-type', 'brokers', '--entity-default']
  await tool(job, 'kafka-configs', ['--alter', ...brokers, '--add-config', 'log.cleaner.backoff.ms=16000'])
  contains(
    'broker default',
    await tool(job, 'kafka-configs', ['--describe', ...brokers]),
    /log\.cleaner\.backoff\.ms=16000/,
  )
  await tool(job, 'kafka-configs', ['--alter', ...brokers, '--delete-config', 'log.cleaner.backoff.ms'])
  return undefined
}

async function consoles(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'console')
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'])
    await produce(job, topic, [`with ${codec}`], ['--compression-codec', codec])
  const properties = ['parse.key=true', 'parse.headers=true'].flatMap(one => ['--reader-property', one])
  await produce(job, topic, ['a:1,b:2\tkey\tvalue'], properties)
  const shown = ['print.key=true', 'print.headers=true', 'print.offset=true', 'print.partition=true'].flatMap(one => [
    '--formatter-property',
    one,
  ])
  const read = await consume(job, topic, 6, ['--from-beginning', ...shown])
  same('first', read[0], 'Partition:0\tOffset:0\tNO_HEADERS\tnull\twith none')
  same('last', read[5], 'Partition:0\tOffset:5\ta:1,b:2\tkey\tvalue')
  same('from an offset', await consume(job, topic, 1, ['--partition', '0', '--offset', '3']), ['with lz4'])
  return undefined
}

async function groups(job: Job): Promise<undefined> {
  const [topic, group] = [await topicOf(job, 'groups'), job.fresh('group')]
  await produce(job, topic, ['1', '2', '3', '4'])
  await consume(job, topic, 3, ['--group', group, '--from-beginning'])
  const of = ['--group', group]
  holds('list', lines(await tool(job, 'kafka-consumer-groups', ['--list'])).includes(group))
  contains(
    'describe',
    await tool(job, 'kafka-consumer-groups', ['--describe', ...of]),
    new RegExp(`${group}\\s+${topic}\\s+0\\s+(?:-\\s+)?3\\s+(?:-\\s+)?4\\s+1`),
  )
  contains('state', await tool(job, 'kafka-consumer-groups', ['--describe', '--state', ...of]), /Empty/)
  await tool(job, 'kafka-consumer-groups', ['--reset-offsets', '--to-earliest', '--topic', topic, '--execute', ...of])
  contains(
    'reset',
    await tool(job, 'kafka-consumer-groups', ['--describe', '--offsets', ...of]),
    new RegExp(`${topic}\\s+0\\s+(?:-\\s+)?0\\s+(?:-\\s+)?4\\s+4`),
  )
  contains('groups', await tool(job, 'kafka-groups', ['--list']), new RegExp(`${group}\\s+Classic\\s+consumer`))
  await tool(job, 'kafka-consumer-groups', ['--delete-offsets', '--topic', topic, ...of])
  await tool(job, 'kafka-consumer-groups', ['--delete', ...of]).catch((error: Error) =>
    contains('delete', error.message, /GroupIdNotFound/),
  )
  holds('still listed', !lines(await tool(job, 'kafka-consumer-groups', ['--list'])).includes(group))
  return undefined
}

async function getOffsets(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'offsets', 2)
  await produce(job, topic, ['1', '2', '3', '4', '5'])
  const ask = async (time: string) =>
    lines(await tool(job, 'kafka-get-offsets', ['--topic', topic, '--time', time])).sort()
  const total = (rows: string[]) => rows.reduce((sum, row) => sum + Number(row.split(':')[2]), 0)
  same('earliest', await ask('-2'), [`${topic}:0:0`, `${topic}:1:0`])
  same('latest', total(await ask('latest')), 5)
  same('log start', total(await ask('earliest-local')), 0)
  holds('max timestamp', (await ask('max-timestamp')).length >= 1)
  same('by time', total(await ask('1000')), 0)
  return undefined
}

async function apiVersions(job: Job): Promise<string> {
  const shown = await tool(job, 'kafka-broker-api-versions', [])
  contains('served', shown, /Fetch\(1\): \d+ to \d+ \[usable: \d+\]/)
  contains('features', await tool(job, 'kafka-features', ['describe']), /metadata\.version\s+SupportedMinVersion/)
  return `${[...shown.matchAll(/usable: \d+/g)].length} APIs usable`
}

async function deleteRecords(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'delete-records')
  await produce(job, topic, ['1', '2', '3', '4', '5'])
  const file = path.join(temporaryDir('compat-java-'), 'offsets.json')
  fs.writeFileSync(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 3 }] }))
  contains('low watermark', await tool(job, 'kafka-delete-records', ['--offset-json-file', file]), /low_watermark: 3/)
  same('left', await consume(job, topic, 2, ['--from-beginning']), ['4', '5'])
  return undefined
}

async function logDirs(job: Job): Promise<undefined> {
  const topic = await topicOf(job, 'log-dirs')
  await produce(job, topic, ['some bytes'])
  const shown = await tool(job, 'kafka-log-dirs', ['--describe', '--topic-list', topic])
  const json = JSON.parse(lines(shown).at(-1) ?? '{}') as {
    brokers?: { logDirs: { error: unknown; partitions: { partition: string; size: number; offsetLag: number }[] }[] }[]
  }
  const [row] = json.brokers?.[0]?.logDirs[0]?.partitions ?? []
  same('partition', row?.partition, `${topic}-0`)
  holds(`size ${row?.size}`, (row?.size ?? 0) > 61)
  return undefined
}

async function cluster(job: Job): Promise<string> {
  const shown = await mustRun('java', toolCommand('kafka-cluster', ['cluster-id', '--bootstrap-server', job.bootstrap]))
  contains('cluster id', shown, /Cluster ID: \S{22}/)
  return shown.trim()
}

async function perf(job: Job): Promise<string> {
  const topic = await topicOf(job, 'perf', 2)
  const sized = ['--topic', topic, '--num-records', '20000', '--record-size', '200', '--throughput', '-1']
  const sent = await mustRun(
    'java',
    toolCommand('kafka-producer-perf-test', [...sized, '--bootstrap-server', job.bootstrap]),
    { timeoutMs: 60_000 },
  )
  contains('sent', sent, /20000 records sent/)
  const args = ['--topic', topic, '--num-records', '20000', '--timeout', '20000']
  const read = await tool(job, 'kafka-consumer-perf-test', args)
  contains('read', read, /, (20\d{3}|2[0-9]{4}), /)
  return lines(sent).at(-1)?.slice(0, 90) ?? ''
}

async function verifiable(job: Job): Promise<undefined> {
  const [topic, group] = [await topicOf(job, 'verifiable'), job.fresh('group')]
  const sent = await tool(job, 'kafka-verifiable-producer', ['--topic', topic, '--max-messages', '1000'])
  contains('acknowledged', sent, /"acked":1000/)
  const args = ['--topic', topic, '--group-id', group, '--max-messages', '1000', '--reset-policy', 'earliest']
  const read = await tool(job, 'kafka-verifiable-consumer', args)
  const counts = [
    ...read.matchAll(/"name":"records_consumed"[^\n]*?"count":(\d+)|"count":(\d+)[^\n]*?"name":"records_consumed"/g),
  ]
  same(
    'consumed',
    counts.reduce((sum, match) => sum + Number(match[1] ?? match[2]), 0),
    1000,
  )
  contains('committed', read, /"offsets_committed"[^\n]*|offsets_committed/)
  return undefined
}

async function endToEnd(job: Job): Promise<string> {
  const topic = await topicOf(job, 'e2e')
  const args = ['--topic', topic, '--num-records', '200', '--producer-acks', 'all', '--record-size', '100']
  const shown = await tool(job, 'kafka-e2e-latency', args)
  contains('latency', shown, /Percentiles: 50th/)
  return lines(shown).at(-1) ?? ''
}

export const toolScenes: Readonly<Record<string, Scene>> = {
  'tool-topics': topics,
  'tool-configs': configs,
  'tool-console': consoles,
  'tool-groups': groups,
  'tool-get-offsets': getOffsets,
  'tool-api-versions': apiVersions,
  'tool-delete-records': deleteRecords,
  'tool-log-dirs': logDirs,
  'tool-cluster': cluster,
  'tool-perf': perf,
  'tool-verifiable': verifiable,
  'tool-e2e-latency': endToEnd,
}
