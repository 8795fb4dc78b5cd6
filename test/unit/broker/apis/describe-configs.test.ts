/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { describeConfigs } from '../../../../src/broker/apis/describe-configs'
import type { Broker } from '../../../../src/broker/broker'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata, topicSpec } from '../../../support/metadata'

const [topic, thisBroker, logger, subscription, group] = [2, 4, 8, 16, 32]
const malformed = expect.stringMatching(/^This most likely occurs because of a request being malformed/)

interface Told {
  name: string
  value: string | null
  configSource: number
  synonyms: { name: string; value: string | null; source: number }[]
}

describe('DescribeConfigs', () => {
  let broker: Broker

  beforeEach(async () => {
    const metadata = await openMetadata({ 'log.retention.hours': '100', 'ssl.key.password': 'secret' })
    await metadata.createTopics([
      topicSpec('t', 1, {
        'min.cleanable.dirty.ratio': '1e-5',
        'cleanup.policy': ' delete , compact',
        'retention.bytes': '+5',
      }),
    ])
    broker = brokerWith(metadata)
  })

  const describeOf = async (resources: [number, string, string[]?][], version = 4, more: object = {}) =>
    (
      await ask(describeConfigs, broker, version, {
        resources: resources.map(([resourceType, resourceName, keys]) => ({
          resourceType,
          resourceName,
          configurationKeys: keys ?? null,
        })),
        ...(version >= 1 ? { includeSynonyms: true } : {}),
        ...more,
      })
    ).results
  const configs = async (resourceType: number, resourceName: string): Promise<Map<string, Told>> => {
    const [result] = await describeOf([[resourceType, resourceName]])
    expect(result).toMatchObject({ errorCode: 0, errorMessage: '', resourceType, resourceName })
    return new Map(result.configs.map((config: Told) => [config.name, config]))
  }
  const alter = (resource: 'broker' | 'group' | 'clientMetrics', name: string, key: string, value: string) =>
    broker.metadata.incrementalAlterConfigs([{ resource, name, changes: [{ name: key, operation: 'SET', value }] }])

  it("tells a topic's values as they were meant, and what lies beneath them", async () => {
    const told = await configs(topic, 't')
    expect(told.size).toBe(37)
    expect(told.get('cleanup.policy')).toEqual({
      name: 'cleanup.policy',
      value: 'delete,compact',
      readOnly: false,
      isDefault: false,
      configSource: 1,
      isSensitive: false,
      synonyms: [
        { name: 'cleanup.policy', value: 'delete,compact', source: 1 },
        { name: 'log.cleanup.policy', value: 'delete', source: 5 },
      ],
      configType: 7,
      documentation: null,
    })
    expect(told.get('min.cleanable.dirty.ratio')).toMatchObject({ value: '1.0E-5', configType: 6 })
    expect(told.get('retention.bytes')).toMatchObject({ value: '5', configType: 5 })
    expect(told.get('min.insync.replicas')).toMatchObject({
      configSource: 3,
      synonyms: [
        { name: 'min.insync.replicas', value: '1', source: 3 },
        { name: 'min.insync.replicas', value: '1', source: 5 },
      ],
    })
    expect(told.get('segment.ms')).toMatchObject({ value: '604800000', configSource: 5, synonyms: [] })
  })

  it('leaves out where coarser names of a broker key were set, though the value is theirs', async () => {
    const told = await configs(topic, 't')
    expect(told.get('retention.ms')).toMatchObject({ value: '360000000', configSource: 5, synonyms: [] })
  })

  it('tells the broker by its id: all described keys, secrets without their values', async () => {
    await alter('broker', '', 'log.retention.ms', '88')
    await alter('broker', '1', 'log.cleaner.threads', '2')
    const told = await configs(thisBroker, '1')
    expect(told.size).toBe(350)
    expect(told.get('log.retention.ms')).toMatchObject({
      value: '88',
      configSource: 3,
      readOnly: false,
      synonyms: [
        { name: 'log.retention.ms', value: '88', source: 3 },
        { name: 'log.retention.hours', value: '100', source: 4 },
        { name: 'log.retention.hours', value: '168', source: 5 },
      ],
    })
    expect(told.get('log.cleaner.threads')).toMatchObject({ value: '2', configSource: 2 })
    expect(told.get('num.partitions')).toMatchObject({ value: '1', configSource: 5, readOnly: true })
    expect(told.get('ssl.key.password')).toMatchObject({
      value: null,
      isSensitive: true,
      configSource: 4,
      configType: 9,
    })
    expect(told.get('log.flush.interval.ms')).toMatchObject({ value: null, synonyms: [] })
    expect(told.has('unstable.api.versions.enable')).toBe(false)
    expect([...told.keys()].filter(name => name.startsWith('odradek.'))).toEqual([])
  })

  it('tells what is set for all brokers and nothing else, unknown names as secrets', async () => {
    await alter('broker', '', 'foo', 'bar')
    expect([...(await configs(thisBroker, '')).values()]).toEqual([
      expect.objectContaining({ name: 'foo', value: null, configSource: 3, isSensitive: true, configType: 0 }),
      expect.objectContaining({
        name: 'min.insync.replicas',
        value: '1',
        configSource: 3,
        synonyms: [{ name: 'min.insync.replicas', value: '1', source: 3 }],
      }),
    ])
  })

  it('tells groups and subscriptions that nobody configured or has seen', async () => {
    await alter('group', 'g', 'consumer.session.timeout.ms', '50000')
    const told = await configs(group, 'g')
    expect(told.size).toBe(21)
    expect(told.get('consumer.session.timeout.ms')).toMatchObject({
      value: '50000',
      configSource: 8,
      synonyms: [
        { name: 'consumer.session.timeout.ms', value: '50000', source: 8 },
        { name: 'group.consumer.session.timeout.ms', value: '45000', source: 5 },
      ],
    })
    expect(told.get('share.auto.offset.reset')).toMatchObject({
      value: 'latest',
      synonyms: [{ name: 'share.auto.offset.reset', value: 'latest', source: 5 }],
    })
    expect(told.get('streams.assignor.name')).toMatchObject({
      value: 'sticky',
      configSource: 5,
      synonyms: [{ name: 'group.streams.assignors', value: 'sticky', source: 5 }],
    })
    await alter('clientMetrics', 'm', 'interval.ms', '100')
    const subscribed = await configs(subscription, 'm')
    expect(subscribed.get('interval.ms')).toMatchObject({
      configSource: 7,
      synonyms: [{ name: 'interval.ms', value: '100', source: 7 }],
    })
    expect(subscribed.get('match')).toMatchObject({ value: '', configSource: 5, synonyms: [] })
  })

  it('tells the log level as the root logger', async () => {
    const [result] = await describeOf([[logger, '1']])
    expect(result.configs).toEqual([
      expect.objectContaining({ name: 'root', value: 'INFO', configSource: 6, configType: 0, documentation: '' }),
    ])
  })

  it.each([
    [topic, 'nope', 3, ''],
    [topic, '', 17, 'Topic name is invalid: the empty string is not allowed'],
    [thisBroker, '2', 42, 'Unexpected broker id, expected 1 or empty string, but received 2'],
    [thisBroker, 'x', 42, 'Broker id must be an integer, but it is: x'],
    [logger, '', 42, 'Broker id must not be empty'],
    [logger, '2', 42, 'Unexpected broker id, expected 1 but received 2'],
    [group, '', 42, 'Group name must not be empty'],
    [subscription, '', 42, 'Client metrics subscription name must not be empty'],
  ])('refuses resource %i "%s"', async (resourceType, resourceName, errorCode, errorMessage) => {
    expect(
      await describeOf([
        [resourceType, resourceName],
        [topic, 't', ['flush.ms']],
      ]),
    ).toEqual([
      { errorCode, errorMessage, resourceType, resourceName, configs: [] },
      expect.objectContaining({ errorCode: 0, resourceName: 't' }),
    ])
  })

  it('gives up on a request with a kind of resource that it does not know', async () => {
    expect(
      await describeOf([
        [topic, 't'],
        [9, 'x'],
      ]),
    ).toEqual([
      { errorCode: 42, errorMessage: malformed, resourceType: topic, resourceName: 't', configs: [] },
      { errorCode: 42, errorMessage: malformed, resourceType: 9, resourceName: 'x', configs: [] },
    ])
  })

  it('tells only the keys that are asked for, all for an empty list, and a resource as often as it is named', async () => {
    const results = await describeOf([
      [topic, 't', ['flush.ms', 'nope', 'internal.segment.bytes']],
      [topic, 't', []],
    ])
    expect(results[0].configs.map((config: Told) => config.name)).toEqual(['flush.ms'])
    expect(results[1].configs).toHaveLength(37)
  })

  it.each([0, 1, 2, 3, 4])('answers version %i', async version => {
    const documented = version >= 3 ? { includeDocumentation: true } : {}
    const [{ configs: told }] = await describeOf([[topic, 't', ['flush.ms', 'retention.bytes']]], version, documented)
    // As Apache Kafka 3.9 has it, which stopped filling this field in long before it dropped the version.
    expect(told.map((config: { isDefault: boolean }) => config.isDefault)).toEqual([false, false])
    expect(told[0].synonyms).toEqual([])
    expect(told[1].synonyms).toHaveLength(version >= 1 ? 2 : 0)
    const documentation = 'Force a flush to disk after this long. Without effect in Odradek.'
    if (version >= 3) expect(told[0].documentation).toBe(documentation)
    expect(told[0].configType).toBe(version >= 3 ? 5 : 0)
  })
})
