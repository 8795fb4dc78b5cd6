/** The table of config keys beside the facts of a real Apache Kafka, where those are at hand. */
import type { ConfigKey, ConfigKeys } from '../../../../src/metadata/config/key'
import { camelName } from '../../../../src/metadata/config/key'
import {
  type ConfigScope,
  configKey,
  configKeys,
  isReadOnly,
  isSensitive,
  nearestKeys,
} from '../../../../src/metadata/config/keys'
import { isProblem, parseConfigValue } from '../../../../src/metadata/config/value'
import { kafkaFacts, readFacts } from '../../../support/kafka-facts'

interface Fact {
  name: string
  type: string
  default?: string | null
  required?: boolean
  valid?: string
  importance: string
  update?: string
  internal?: boolean
  described?: boolean
  sensitive?: boolean
  readOnly?: boolean
  synonyms?: string[]
}

const files: [ConfigScope, string, number][] = [
  ['topic', 'topic', 38],
  ['broker', 'broker', 379],
  ['group', 'group', 27],
  ['clientMetrics', 'client-metrics', 3],
  ['userClientQuota', 'quota-user-client', 6],
  ['ipQuota', 'quota-ip', 1],
]

const asFact = (name: string, key: ConfigKey, fact: Fact): Fact => ({
  name,
  type: key.type,
  ...(key.required ? { required: true } : { default: key.default }),
  ...(fact.valid === '' ? { valid: '' } : {}),
  ...(key.valid === undefined ? {} : { valid: key.valid }),
  importance: key.importance,
  ...(key.update === undefined ? {} : { update: key.update }),
  ...(key.internal ? { internal: true } : {}),
  ...(key.described === false ? { described: false } : {}),
  ...(isSensitive(key) ? { sensitive: true } : {}),
  ...(isReadOnly(key) && key.described !== false ? { readOnly: true } : {}),
})

describe('the table of config keys', () => {
  it('holds every key of Apache Kafka with its type, default, range, update mode and flags', () => {
    if (kafkaFacts() === null) return
    let compared = 0
    for (const [scope, file, count] of files) {
      const facts = readFacts(`config/${file}.json`) as Fact[]
      expect(facts).toHaveLength(count)
      expect(Object.keys(configKeys[scope]).sort()).toEqual(facts.map(fact => fact.name).sort())
      for (const fact of facts) {
        const key = configKey(scope, fact.name)!
        const { value: _, source: __, synonyms, ...told } = fact as Fact & { value?: string; source?: string }
        if (told.default === '<dir>') told.default = key.default
        expect(asFact(fact.name, key, fact)).toEqual(told)
        expect(key.synonyms ?? []).toEqual(expect.arrayContaining(synonyms ?? []))
        compared++
      }
    }
    expect(compared).toBe(files.reduce((sum, [, , count]) => sum + count, 0))
  })

  const all = Object.entries(configKeys).flatMap(([scope, keys]) =>
    Object.entries(keys as ConfigKeys).map(([name, key]) => ({ scope, name, key })),
  )

  it.each(all)('$scope $name: its default is legal', ({ name, key }) => {
    if (key.default !== null) expect(isProblem(parseConfigValue(name, key, key.default))).toBe(false)
  })

  it('gives every key of a scope its own property name', () => {
    for (const keys of [{ ...configKeys.broker, ...configKeys.odradek }, configKeys.topic, configKeys.group]) {
      const names = Object.keys(keys).map(camelName)
      expect(new Set(names).size).toBe(names.length)
    }
    expect(camelName('auto.create.topics.enable')).toBe('autoCreateTopicsEnable')
  })

  it('names synonyms that exist', () => {
    for (const { key } of all) {
      for (const synonym of key.synonyms ?? []) expect(configKey('broker', synonym)).not.toBeNull()
    }
  })

  it('explains every key of topics and groups', () => {
    for (const key of [...Object.values(configKeys.topic), ...Object.values(configKeys.group)]) {
      expect((key as ConfigKey).about).toMatch(/\.$/)
    }
  })

  it('finds the key that a misspelt one was meant to be', () => {
    expect(nearestKeys('broker', 'log.retention.hour')[0]).toBe('log.retention.hours')
    expect(nearestKeys('broker', 'auto.create.topic.enable')[0]).toBe('auto.create.topics.enable')
    expect(nearestKeys('broker', 'odradek.flsh')[0]).toBe('odradek.flush')
    expect(nearestKeys('topic', 'Retention.MS')[0]).toBe('retention.ms')
    expect(nearestKeys('topic', 'x'.repeat(5000))).toEqual([])
  })
})
