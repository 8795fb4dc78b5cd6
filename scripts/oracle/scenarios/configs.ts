/** DescribeConfigs, AlterConfigs, IncrementalAlterConfigs on topics, brokers and what else has configs. */
import { AlterConfigs } from '../../../src/protocol/messages/alter-configs'
import { DescribeConfigs } from '../../../src/protocol/messages/describe-configs'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject } from '../subject'

export const resource = { unknown: 0, topic: 2, broker: 4, logger: 8, clientMetrics: 16, group: 32 } as const
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const

type Change = readonly [name: string, value: string | null, how?: keyof typeof operation | number]

function describeOf(
  type: number,
  name: string,
  keys: readonly string[] | null = null,
  more: { includeSynonyms?: boolean } = {},
) {
  return { resources: [{ resourceType: type, resourceName: name, configurationKeys: keys }], ...more }
}

function incrementally(
  subject: Subject,
  type: number,
  name: string,
  changes: readonly Change[],
  more: { version?: number; validateOnly?: boolean } = {},
) {
  const configs = changes.map(([key, value, how = 'set']) => ({
    name: key,
    value,
    configOperation: typeof how === 'number' ? how : operation[how],
  }))
  const { version, validateOnly = false } = more
  return subject.ask(
    IncrementalAlterConfigs,
    { resources: [{ resourceType: type, resourceName: name, configs }], validateOnly },
    version,
  )
}

function alter(
  subject: Subject,
  type: number,
  name: string,
  changes: readonly Change[],
  more: { version?: number; validateOnly?: boolean } = {},
) {
  const configs = changes.map(([key, value]) => ({ name: key, value }))
  const { version, validateOnly = false } = more
  return subject.ask(
    AlterConfigs,
    { resources: [{ resourceType: type, resourceName: name, configs }], validateOnly },
    version,
  )
}

/** What is set on a topic by its own configs, once `key` has arrived there with `value`. */
function own(subject: Subject, name: string, key: string, value: string | null) {
  return subject.eventually(
    DescribeConfigs,
    describeOf(resource.topic, name, ['retention.ms', 'cleanup.policy', 'max.message.bytes', 'segment.bytes'], {
      includeSynonyms: true,
    }),
    reply =>
      reply.results[0]?.configs.some(
        row => row.name === key && (value === null ? row.configSource === 5 : row.value === value),
      ) === true,
  )
}

async function describes(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('t', 1, { 'retention.ms': '3600000', 'cleanup.policy': 'compact' })
  const more = version >= 1 ? { includeSynonyms: true } : {}
  // Which keys there are is a matter of the release, so the elder judge is asked for some that both have.
  const keys = version === 0 ? ['retention.ms', 'cleanup.policy', 'segment.bytes', 'max.message.bytes'] : null
  await subject.ask(DescribeConfigs, describeOf(resource.topic, topic.name, keys, more), version)
  await subject.ask(
    DescribeConfigs,
    describeOf(resource.topic, topic.name, ['retention.ms', 'no.such.key', 'retention.ms']),
    version,
  )
  await subject.ask(DescribeConfigs, describeOf(resource.topic, topic.name, []), version)
  await subject.ask(DescribeConfigs, describeOf(resource.topic, 'nowhere'), version)
  await subject.ask(DescribeConfigs, describeOf(resource.topic, 'bad name'), version)
  await subject.ask(DescribeConfigs, describeOf(resource.topic, ''), version)
  await subject.ask(DescribeConfigs, { resources: [] }, version)
  const [one] = describeOf(resource.topic, topic.name, ['retention.ms']).resources
  if (one !== undefined) await subject.ask(DescribeConfigs, { resources: [one, one] }, version)
}

/** Every key of a broker, key by key; which there are is a matter of the release. */
async function notesBrokerKeys(subject: Subject, version: number): Promise<void> {
  const asked = describeOf(resource.broker, '1', null, { includeSynonyms: true })
  const reply = await subject.quiet(DescribeConfigs, asked, version)
  const rows = [...(reply.results[0]?.configs ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
  subject.note(
    'broker keys',
    rows.map(({ name }) => name),
  )
  for (const row of rows) {
    // Paths, addresses and ids of this very process say nothing about fidelity.
    if (
      /^(?:log\.dirs?|listeners|advertised\.listeners|controller\.|node\.id|broker\.id|process\.roles|metadata\.log\.dir|inter\.broker|listener\.)/.test(
        row.name,
      )
    )
      continue
    subject.note(`broker key ${row.name}`, { ...row, documentation: null })
  }
}

async function describesBrokers(subject: Subject, version: number): Promise<void> {
  if (version > 0) await notesBrokerKeys(subject, version)
  for (const name of ['', '99', 'abc', '-1'])
    await subject.ask(DescribeConfigs, describeOf(resource.broker, name, ['log.retention.hours']), version)
  await subject.ask(
    DescribeConfigs,
    describeOf(resource.broker, '1', ['log.retention.ms', 'num.io.threads', 'no.such.key', 'compression.type']),
    version,
  )
}

async function alters(subject: Subject, version: number): Promise<void> {
  const { name } = await subject.topic('t', 1, { 'retention.ms': '1000', 'cleanup.policy': 'compact' })
  const more = { version }
  await alter(subject, resource.topic, name, [['max.message.bytes', '5000']], { version, validateOnly: true })
  await alter(subject, resource.topic, name, [['max.message.bytes', '5000']], more)
  await own(subject, name, 'max.message.bytes', '5000')
  await alter(subject, resource.topic, name, [['retention.ms', 'soon']], more)
  await alter(subject, resource.topic, name, [['no.such.key', '1']], more)
  await alter(subject, resource.topic, name, [['retention.ms', null]], more)
  await alter(subject, resource.topic, name, [['segment.bytes', '3']], more)
  await alter(
    subject,
    resource.topic,
    name,
    [
      ['retention.ms', '1'],
      ['retention.ms', '2'],
    ],
    more,
  )
  await alter(subject, resource.topic, 'nowhere', [['retention.ms', '1']], more)
  await alter(subject, resource.topic, '', [['retention.ms', '1']], more)
  await alter(subject, resource.unknown, name, [['retention.ms', '1']], more)
  await alter(subject, 77, name, [['retention.ms', '1']], more)
  await alter(subject, resource.broker, '99', [['log.cleaner.threads', '2']], more)
  await alter(subject, resource.broker, 'abc', [['log.cleaner.threads', '2']], more)
  await alter(subject, resource.topic, name, [], more)
  await own(subject, name, 'max.message.bytes', null)
  await subject.ask(AlterConfigs, { resources: [], validateOnly: false }, version)
}

async function incrementals(subject: Subject, version: number): Promise<void> {
  const { name } = await subject.topic('t', 1, { 'retention.ms': '1000' })
  const change = (changes: readonly Change[], validateOnly = false) =>
    incrementally(subject, resource.topic, name, changes, { version, validateOnly })
  await change([['max.message.bytes', '5000']], true)
  await change([
    ['max.message.bytes', '5000'],
    ['retention.ms', null, 'delete'],
  ])
  await own(subject, name, 'max.message.bytes', '5000')
  await change([['cleanup.policy', 'compact', 'append']])
  await own(subject, name, 'cleanup.policy', 'delete,compact')
  await change([['cleanup.policy', 'compact', 'append']])
  await change([['cleanup.policy', 'delete', 'subtract']])
  await own(subject, name, 'cleanup.policy', 'compact')
  await change([['cleanup.policy', 'compact', 'subtract']])
  await change([['cleanup.policy', 'nonsense', 'subtract']])
  await change([['retention.ms', '5', 'append']])
  await change([['retention.ms', '5', 'subtract']])
  await change([['retention.ms', '5', 7]])
  await change([['retention.ms', 'soon']])
  await change([['retention.ms', null]])
  await change([['retention.ms', '']])
  await change([['no.such.key', '1']])
  await change([['no.such.key', null, 'delete']])
  await change([['segment.bytes', null, 'delete']])
  await change([
    ['retention.ms', '1'],
    ['retention.ms', '2'],
  ])
  await change([
    ['retention.ms', '1'],
    ['retention.ms', null, 'delete'],
  ])
  await change([])
  await own(subject, name, 'cleanup.policy', 'compact')
}

async function onOthers(subject: Subject): Promise<void> {
  const keys: readonly Change[] = [['retention.ms', '1']]
  await incrementally(subject, resource.topic, 'nowhere', keys)
  await incrementally(subject, resource.topic, 'bad name', keys)
  await incrementally(subject, resource.topic, '', keys)
  await incrementally(subject, resource.unknown, 'x', keys)
  await incrementally(subject, 77, 'x', keys)
  const threads: readonly Change[] = [['log.cleaner.threads', '1']]
  for (const name of ['99', 'abc', '-1']) await incrementally(subject, resource.broker, name, threads)
  const same = {
    resourceType: resource.topic,
    resourceName: 'nowhere',
    configs: [{ name: 'retention.ms', configOperation: 0, value: '1' }],
  }
  await subject.ask(IncrementalAlterConfigs, { resources: [same, same], validateOnly: false })
  await subject.ask(IncrementalAlterConfigs, { resources: [], validateOnly: false })
}

async function onBrokers(subject: Subject): Promise<void> {
  const keys = ['log.cleaner.backoff.ms', 'log.retention.ms', 'num.io.threads', 'max.connections']
  const look = (name: string, value: string | null) =>
    subject.eventually(
      DescribeConfigs,
      describeOf(resource.broker, name, keys, { includeSynonyms: true }),
      reply => value === null || reply.results[0]?.configs.some(row => row.value === value) === true,
    )
  for (const name of ['1', '']) {
    await incrementally(subject, resource.broker, name, [['log.cleaner.backoff.ms', '16000']])
    await look(name, '16000')
    await incrementally(subject, resource.broker, name, [['log.cleaner.backoff.ms', 'often']])
    await incrementally(subject, resource.broker, name, [['num.io.threads', '-1']])
    await incrementally(subject, resource.broker, name, [['log.segment.delete.delay.ms', '1']])
    await incrementally(subject, resource.broker, name, [['node.id', '2']])
    await incrementally(subject, resource.broker, name, [['no.such.key', '2']])
    await incrementally(subject, resource.broker, name, [['log.cleaner.backoff.ms', null, 'delete']])
  }
  await subject.eventually(
    DescribeConfigs,
    describeOf(resource.broker, '1', keys),
    reply => reply.results[0]?.configs.some(row => row.value === '15000') === true,
  )
}

export const configScenarios: readonly Scenario[] = [
  eachVersion(DescribeConfigs, 'describe configs: topics', describes),
  eachVersion(DescribeConfigs, 'describe configs: brokers', describesBrokers),
  scene('describe configs: other resources', async subject => {
    for (const type of [resource.unknown, resource.logger, resource.clientMetrics, resource.group, 77, -1]) {
      for (const name of ['1', '', 'x']) {
        if (type === resource.logger && name === '1') continue
        await subject.ask(DescribeConfigs, describeOf(type, name))
      }
    }
  }),
  scene('describe configs: with documentation', async subject => {
    const topic = await subject.topic('t')
    const reply = await subject.quiet(DescribeConfigs, {
      ...describeOf(resource.topic, topic.name),
      includeDocumentation: true,
    })
    subject.note(
      'keys with documentation',
      reply.results[0]?.configs.map(({ name, documentation }) => [name, (documentation ?? '') !== '']).sort(),
    )
  }),
  eachVersion(AlterConfigs, 'alter configs', alters),
  eachVersion(IncrementalAlterConfigs, 'incremental alter configs', incrementals),
  scene('incremental alter configs: what is not there', onOthers),
  scene('incremental alter configs: brokers', onBrokers),
]
