/** Layers of configs and the typed objects read from them. */
import { camelName, type ConfigKeys } from '../../../../src/metadata/config/key'
import { configKeys } from '../../../../src/metadata/config/keys'
import { BrokerLayers } from '../../../../src/metadata/config/layers'
import { Configs } from '../../../../src/metadata/config/configs'
import { parseConfigValue } from '../../../../src/metadata/config/value'
import type { MetadataImage } from '../../../../src/metadata/image/image'

const none: ReadonlyMap<string, string> = new Map()

/** An image that knows nothing but configs. */
function imageOf(revision: number, overrides: { [resource: string]: { [name: string]: [string, string][] } }) {
  const maps = new Map<string, ReadonlyMap<string, string>>()
  for (const [resource, names] of Object.entries(overrides)) {
    for (const [name, pairs] of Object.entries(names)) maps.set(`${resource} ${name}`, new Map(pairs))
  }
  return {
    revision,
    overrides: (resource: string, name: string) => maps.get(`${resource} ${name}`) ?? none,
  } as unknown as MetadataImage
}

describe('Configs', () => {
  it('reads defaults with their types', () => {
    const configs = new Configs(1, none, () => imageOf(1, {}))
    const topic = configs.topic('orders')
    const retention: number = topic.retentionMs
    const policy: readonly ('compact' | 'delete')[] = topic.cleanupPolicy
    const stamp: 'CreateTime' | 'LogAppendTime' = topic.messageTimestampType
    expect([retention, policy, stamp]).toEqual([604_800_000, ['delete'], 'CreateTime'])
    expect(topic.segmentMs).toBe(604_800_000)
    expect(topic.flushMs).toBe(Number.MAX_SAFE_INTEGER)
    const broker = configs.broker()
    expect([broker.autoCreateTopicsEnable, broker.numPartitions, broker.logDirs]).toEqual([true, 1, null])
    expect([broker.odradekFlush, broker.odradekFetchMaxWaitMsCap]).toEqual(['group', -1])
    expect(configs.group('g').consumerSessionTimeoutMs).toBe(45_000)
    expect(configs.clientMetrics('m').intervalMs).toBe(300_000)
  })

  it('has each key of the broker by its name, read once, and nothing else', () => {
    const tables: ConfigKeys[] = [configKeys.broker, configKeys.authorizer, configKeys.odradek]
    const broker = new Configs(1, none, () => imageOf(1, {})).broker() as unknown as { [name: string]: unknown }
    for (const [name, key] of tables.flatMap(keys => Object.entries(keys))) {
      const parsed = key.default === null ? null : parseConfigValue(name, key, key.default)
      expect([name, broker[camelName(name)]]).toEqual([name, parsed && 'value' in parsed ? parsed.value : null])
      expect(broker[camelName(name)]).toBe(broker[camelName(name)])
    }
    expect([broker['toString'], broker['constructor'], broker['nothing']]).toEqual([undefined, undefined, undefined])
    expect(() => (broker['numPartitions'] = 2)).toThrow(TypeError)
  })

  it('lets the stronger layer win: default, file, all brokers, this broker, the topic', () => {
    let image = imageOf(1, {})
    const configs = new Configs(1, new Map([['log.retention.hours', '2']]), () => image)
    expect(configs.topic('t').retentionMs).toBe(7_200_000)
    image = imageOf(2, { broker: { '': [['log.retention.ms', '500']] } })
    expect(configs.topic('t').retentionMs).toBe(500)
    image = imageOf(3, {
      broker: { '': [['log.retention.ms', '500']], 1: [['log.retention.ms', '600']], 2: [['log.retention.ms', '7']] },
    })
    expect(configs.topic('t').retentionMs).toBe(600)
    image = imageOf(4, { topic: { t: [['retention.ms', '700']] } })
    expect(configs.topic('t').retentionMs).toBe(700)
    expect(configs.topic('other').retentionMs).toBe(7_200_000)
  })

  it('parses once: the same object until something changes', () => {
    let image = imageOf(1, { topic: { t: [['segment.bytes', '2000000']] } })
    const configs = new Configs(1, none, () => image)
    const first = configs.topic('t')
    expect(configs.topic('t')).toBe(first)
    expect(configs.topic('a')).toBe(configs.topic('b'))
    expect(Object.isFrozen(first)).toBe(true)
    image = imageOf(2, { topic: { t: [['segment.bytes', '3000000']] } })
    expect(configs.topic('t').segmentBytes).toBe(3_000_000)
  })
})

describe('BrokerLayers', () => {
  const layers = new BrokerLayers(
    new Map([['log.retention.ms', '1000']]),
    new Map([['log.cleanup.policy', 'compact']]),
    new Map([['log.retention.hours', '100']]),
  )

  it('tells the origins of a key as Kafka does, from its own name on', () => {
    const hours = [
      { name: 'log.retention.hours', text: '100', source: 4 },
      { name: 'log.retention.hours', text: '168', source: 5 },
    ]
    expect(layers.origins('log.retention.ms')).toEqual([
      { name: 'log.retention.ms', text: '1000', source: 2 },
      ...hours,
    ])
    expect(layers.origins('log.retention.hours')).toEqual(hours)
    expect(layers.origins('log.roll.ms')).toEqual([])
    expect(layers.origins('ssl.key.password')).toEqual([])
  })

  it('silences other names of a key that was set dynamically', () => {
    expect(layers.effective('log.retention.ms')).toBe('1000')
    expect(layers.effective('log.retention.hours')).toBe('168')
  })
})
