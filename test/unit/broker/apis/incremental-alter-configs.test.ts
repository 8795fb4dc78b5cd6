/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { incrementalAlterConfigs } from '../../../../src/broker/apis/incremental-alter-configs'
import type { Broker } from '../../../../src/broker/broker'
import type { ConfigResource } from '../../../../src/metadata/image/image'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const [topic, thisBroker, logger, subscription, group] = [2, 4, 8, 16, 32]
const [set, remove, append, subtract] = [0, 1, 2, 3]
type Change = [name: string, operation: number, value: string | null]

const twice = 'Each resource must appear at most once.'
const notAList = (operation: string, name: string) => `Can't ${operation} to key ${name} because its type is not LIST.`
const perListener = 'These security configs can be dynamically updated only per-listener using the listener prefix'
const threads =
  'Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for'
const dynamic = 'for configuration Invalid dynamic configuration'
const elr = 'while ELR is enabled.'
const logLevels = 'Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN'

let broker: Broker

beforeEach(async () => {
  const metadata = await openMetadata()
  await metadata.createTopics([topicSpec('t', 1, { 'retention.ms': '5000' }), topicSpec('other')])
  broker = brokerWith(metadata)
})

const overrides = (resource: ConfigResource, name: string) =>
  Object.fromEntries(broker.image().overrides(resource, name))
const outcomes = (reply: { responses: { errorCode: number; errorMessage: string | null }[] }) =>
  reply.responses.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])

describe('IncrementalAlterConfigs', () => {
  const alter = async (resources: [number, string, Change[]][], more: object = {}, version = 1) =>
    outcomes(
      await ask(incrementalAlterConfigs, broker, version, {
        resources: resources.map(([resourceType, resourceName, changes]) => ({
          resourceType,
          resourceName,
          configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
        })),
        ...more,
      }),
    )
  const one = async (type: number, name: string, ...changes: Change[]) => (await alter([[type, name, changes]]))[0]

  it.each([0, 1])('changes the keys that are named and leaves the others, in version %i', async version => {
    const changes: Change[] = [
      ['flush.ms', set, '7'],
      ['retention.ms', remove, null],
      ['foo', remove, 'x'],
    ]
    expect(await alter([[topic, 't', changes]], {}, version)).toEqual([[0, null]])
    expect(overrides('topic', 't')).toEqual({ 'flush.ms': '7' })
  })

  it('appends to and subtracts from lists, beginning with what is in force', async () => {
    const steps: [number, string, string][] = [
      [append, 'compact', 'delete,compact'],
      [append, 'compact,delete', 'delete,compact'],
      [subtract, ' compact', 'delete,compact'],
      [subtract, 'delete', 'compact'],
      [subtract, 'compact', ''],
      [append, 'delete', 'delete'],
    ]
    for (const [operation, value, after] of steps) {
      expect(await one(topic, 't', ['cleanup.policy', operation, value])).toEqual([0, null])
      expect(overrides('topic', 't')['cleanup.policy']).toBe(after)
    }
    expect(await one(thisBroker, '1', ['log.cleanup.policy', append, 'compact'])).toEqual([0, null])
    expect(overrides('broker', '1')).toEqual({ 'log.cleanup.policy': 'delete,compact' })
    expect(broker.configs.topic('other').cleanupPolicy).toEqual(['delete', 'compact'])
  })

  it.each<[number, string, Change[], number, string | null]>([
    [topic, 't', [['retention.ms', append, '5']], 40, notAList('APPEND', 'retention.ms')],
    [
      topic,
      't',
      [
        ['foo', set, '2'],
        ['retention.ms', subtract, '1'],
      ],
      40,
      notAList('SUBTRACT', 'retention.ms'),
    ],
    [topic, 't', [['cleanup.policy', append, '']], 40, "Configuration 'cleanup.policy' values must not be empty."],
    [
      topic,
      't',
      [
        ['cleanup.policy', append, null],
        ['foo', set, null],
      ],
      42,
      'Null value not supported for : cleanup.policy, foo',
    ],
    [
      topic,
      't',
      [
        ['foo', set, '1'],
        ['foo', remove, null],
      ],
      42,
      'Error due to duplicate config keys',
    ],
    [
      topic,
      't',
      [
        ['foo', set, '1'],
        ['retention.ms', set, 'x'],
      ],
      40,
      'Unknown topic config name: foo',
    ],
    [
      topic,
      't',
      [
        ['cleanup.policy', set, 'y'],
        ['max.message.bytes', set, 'y'],
      ],
      40,
      'Invalid value y for configuration max.message.bytes: Not a number of type INT',
    ],
    [
      topic,
      'nope',
      [['retention.ms', set, 'x']],
      40,
      'Invalid value x for configuration retention.ms: Not a number of type LONG',
    ],
    [topic, 'nope', [], 3, "The topic 'nope' does not exist."],
    [
      topic,
      'a/b',
      [],
      17,
      "Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    ],
    [0, '1', [], 42, 'Unknown resource type 0'],
    [group, 'g', [['foo', set, '1']], 40, 'Unknown group config name: foo'],
    [
      group,
      'g',
      [['consumer.session.timeout.ms', set, '1']],
      40,
      'consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.',
    ],
    [
      group,
      'g',
      [['share.delivery.count.limit', set, '11']],
      40,
      'share.delivery.count.limit must be in the range 2 to 10 inclusive.',
    ],
    [
      group,
      'g',
      [['streams.num.standby.replicas', set, '5']],
      40,
      'streams.num.standby.replicas must be less than or equal to 2',
    ],
    [
      group,
      'g',
      [['streams.assignor.name', set, 'x']],
      40,
      "streams.assignor.name 'x' is not a registered task assignor. Registered assignors are: [sticky].",
    ],
    [
      group,
      'g',
      [['errors.deadletterqueue.topic.name', set, '__x']],
      40,
      "errors.deadletterqueue.topic.name: DLQ topic name must not start with '__'",
    ],
    [
      group,
      'g',
      [['streams.task.offset.interval.ms', set, '1']],
      40,
      'streams.task.offset.interval.ms must be greater than or equal to 15000',
    ],
    [
      subscription,
      'm',
      [['interval.ms', set, '99']],
      42,
      'Invalid value 99 for interval.ms, interval must be between 100 and 3600000 (1 hour)',
    ],
    [subscription, 'm', [['match', set, 'client_id=(']], 40, 'Illegal client matching pattern: client_id=('],
    [subscription, 'm', [['match', set, 'client_id=']], 40, 'Illegal client matching pattern: client_id='],
    [subscription, 'm', [['match', set, 'foo=bar']], 40, 'Illegal client matching pattern: foo=bar'],
    [
      subscription,
      'm',
      [['match', set, `client_id=${'a'.repeat(257)}`]],
      40,
      `Illegal client matching pattern: client_id=${'a'.repeat(257)}`,
    ],
    [
      subscription,
      'm',
      [['match', set, `client_id=${'a'.repeat(10_000)}`]],
      40,
      `Illegal client matching pattern: client_id=${'a'.repeat(246)}... has more than 256 characters.`,
    ],
    [
      subscription,
      'm',
      [['match', set, Array.from({ length: 101 }, (_, nth) => `client_id=${nth}`).join()]],
      40,
      'match has 101 patterns, and may have 100.',
    ],
    [subscription, 'm', [['foo', set, '1']], 42, 'Unknown client metrics configuration: foo'],
    [
      thisBroker,
      '1',
      [['log.retention.ms', set, 'x']],
      42,
      'Invalid value x for configuration log.retention.ms: Not a number of type LONG',
    ],
    [
      thisBroker,
      '',
      [
        ['num.partitions', set, '2'],
        ['log.retention.hours', set, '2'],
        ['log.retention.ms', set, '2'],
      ],
      42,
      'Cannot update these configs dynamically: [log.retention.hours, num.partitions]',
    ],
    [thisBroker, '1', [['ssl.keystore.type', set, 'JKS']], 42, `${perListener}: [ssl.keystore.type]`],
    [thisBroker, '2', [], 42, 'Unexpected broker id, expected 1, but received 2'],
    [thisBroker, '1', [['log.retention.ms', 7, '1']], 42, 'Unknown operations type 7'],
    [
      thisBroker,
      '1',
      [['log.retention.ms', append, '1']],
      40,
      'Config value append is not allowed for config key: log.retention.ms',
    ],
    [thisBroker, '1', [['foo', subtract, 'a']], 40, 'Unknown config name: foo'],
    [
      thisBroker,
      '1',
      [['min.insync.replicas', remove, null]],
      40,
      `Broker-level min.insync.replicas cannot be altered ${elr}`,
    ],
    [
      thisBroker,
      '',
      [['min.insync.replicas', remove, null]],
      40,
      `Cluster-level min.insync.replicas cannot be removed ${elr}`,
    ],
    [
      thisBroker,
      '',
      [['min.insync.replicas', set, '0']],
      42,
      'Invalid value 0 for configuration min.insync.replicas: Value must be at least 1',
    ],
    [
      thisBroker,
      '1',
      [['num.io.threads', set, '100']],
      42,
      `${threads} num.io.threads=100, value should not be greater than double the current value 8 ${dynamic}`,
    ],
    [
      thisBroker,
      '1',
      [['background.threads', set, '1']],
      42,
      `${threads} background.threads=1, value should be at least half the current value 10 ${dynamic}`,
    ],
    [
      thisBroker,
      '',
      [['max.connections.per.ip.overrides', set, 'x']],
      42,
      "Error parsing configuration property 'max.connections.per.ip.overrides': begin 0, end -1, length 1",
    ],
    [
      logger,
      '1',
      [['root', set, 'LOUD']],
      40,
      `Cannot set the log level of root to LOUD as it is not a supported log level. ${logLevels}`,
    ],
    [logger, '1', [['root', remove, null]], 42, 'Removing the log level of the root logger is not allowed'],
    [logger, '1', [['root', append, 'INFO']], 42, 'APPEND operation is not allowed for the BROKER_LOGGER resource'],
    [logger, '1', [['root', 9, 'INFO']], 42, 'Unknown operation type 9 is not allowed for the BROKER_LOGGER resource'],
    [logger, '1', [['nope', set, 'INFO']], 40, 'Logger nope does not exist!'],
    [logger, '2', [['root', set, 'INFO']], 42, 'Unexpected node id. Expected 1, but received 2'],
    [logger, '', [['root', set, 'INFO']], 42, 'Node id must be an integer, but it is: '],
  ])('refuses resource %i "%s" with %j', async (type, name, changes, errorCode, errorMessage) => {
    const before = broker.image().revision
    expect(await one(type, name, ...changes)).toEqual([errorCode, errorMessage])
    expect(broker.image().revision).toBe(before)
  })

  it.each<[number, string, Change]>([
    [thisBroker, '1', ['foo', set, '1']],
    [thisBroker, '1', ['listener.name.plaintext.max.connections', set, '10']],
    [thisBroker, '', ['num.io.threads', set, '16']],
    [thisBroker, '1', ['num.partitions', remove, null]],
    [thisBroker, '', ['min.insync.replicas', set, '2']],
    [group, 'a/group', ['share.auto.offset.reset', set, 'by_duration:PT1H']],
    [subscription, 'm', ['match', set, 'client_id=a,client_id=b']],
  ])('takes resource %i "%s" with %j', async (type, name, change) => {
    expect(await one(type, name, change)).toEqual([0, null])
  })

  it('refuses a resource that is there twice, and goes on with the others', async () => {
    const flush: Change = ['flush.ms', set, '1']
    expect(
      await alter([
        [topic, 't', [flush]],
        [topic, 't', []],
        [topic, 'other', [flush]],
      ]),
    ).toEqual([
      [42, twice],
      [42, twice],
      [0, null],
    ])
    expect(overrides('topic', 't')).toEqual({ 'retention.ms': '5000' })
    expect(overrides('topic', 'other')).toEqual({ 'flush.ms': '1' })
  })

  it('stumbles over an operation that nobody knows, and over the whole request with it, as Kafka does', async () => {
    const resources: Parameters<typeof alter>[0] = [
      [topic, 't', [['flush.ms', 9, '1']]],
      [topic, 'other', [['flush.ms', set, '1']]],
      [9, 'x', []],
    ]
    expect(await alter(resources)).toEqual([
      [-1, null],
      [-1, null],
      [42, 'Unknown resource type 9'],
    ])
    expect(overrides('topic', 'other')).toEqual({})
  })

  it('sets the log level at once, unless it validates only', async () => {
    const level: [number, string, Change[]][] = [[logger, '1', [['root', set, 'TRACE']]]]
    expect(await alter(level, { validateOnly: true })).toEqual([[0, null]])
    expect(broker.logger.level).toBe('info')
    expect(await alter(level)).toEqual([[0, null]])
    expect(broker.logger.level).toBe('debug')
  })

  it('has its effect on everybody who reads configs', async () => {
    expect(broker.configs.topic('other').retentionMs).toBe(604_800_000)
    await one(thisBroker, '', ['log.retention.ms', set, '70'])
    expect(broker.configs.topic('other').retentionMs).toBe(70)
    await one(thisBroker, '1', ['log.retention.ms', set, '80'])
    expect(broker.configs.topic('other').retentionMs).toBe(80)
    expect(broker.configs.topic('t').retentionMs).toBe(5000)
    await one(topic, 't', ['retention.ms', remove, null])
    expect(broker.configs.topic('t').retentionMs).toBe(80)
  })
})
