/** What DescribeConfigs tells of each kind of resource: values, where they come from, and what lies beneath. */
import type { ConfigKey, ConfigKeys, ConfigType } from './key'
import { documentationOf } from './effects'
import { configKey, configKeys, type ConfigScope, isReadOnly, isSensitive } from './keys'
import { configSources, shownText, type BrokerLayers, type ConfigOrigin, type ConfigTexts } from './layers'
import type { KeyedResource } from './configs'
import { listenerKey, runtimeKey } from './listener-keys'

/** Types as the protocol numbers them; 0 for keys that nobody knows. */
const typeNumbers: { readonly [T in ConfigType]: number } = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
}

export interface DescribedConfig {
  readonly name: string
  readonly value: string | null
  readonly source: number
  readonly readOnly: boolean
  readonly sensitive: boolean
  /** The strongest first. */
  readonly synonyms: readonly ConfigOrigin[]
  readonly type: number
  readonly about: string | null
}

/** All described keys of a topic, group or client metrics subscription, in the order of names. */
export function describeResource(
  resource: KeyedResource,
  layers: BrokerLayers,
  overrides: ConfigTexts,
): DescribedConfig[] {
  const keys: ConfigKeys = configKeys[resource]
  return Object.entries(keys)
    .filter(([, key]) => key.described !== false)
    .map(([name, key]) => {
      const own = overrides.get(name)
      const value = shownText(name, key, own ?? layers.inherited(name, key).text)
      const synonyms = [
        ...(own === undefined ? [] : [{ name, text: value, source: configSources[resource] as number }]),
        ...beneath(resource, layers, name, key),
      ]
      return described(resource, name, key, value, synonyms)
    })
    .sort(byName)
}

/**
 * What lies under a resource's own value: the broker key that it names first. A group's key without one stands for
 * itself; a topic's or a subscription's has nothing.
 */
function beneath(resource: KeyedResource, layers: BrokerLayers, name: string, key: ConfigKey): ConfigOrigin[] {
  const first = key.synonyms?.[0]
  if (first !== undefined) return layers.origins(first)
  if (resource !== 'group' || key.default === null) return []
  return [{ name, text: key.default, source: configSources.default }]
}

/**
 * All described keys of this broker, and what was set beside them: what Kafka keeps to itself, for one listener, for
 * throttled replicas, or under names that no broker knows, as those of its authorizer. Those are shown as they were
 * written.
 */
export function describeBroker(layers: BrokerLayers): DescribedConfig[] {
  const known = Object.entries(configKeys.broker as ConfigKeys)
    .filter(([, key]) => key.described !== false)
    .map(([name, key]) =>
      described('broker', name, key, shownText(name, key, layers.effective(name)), layers.origins(name)),
    )
  const others = [...layers.named()]
    .filter(isBesideThem)
    .map(name => asWritten(name, layers.effective(name), layers.origins(name)))
  return [...known, ...others].sort(byName)
}

function isBesideThem(name: string): boolean {
  const key = configKey('broker', name)
  return key === null ? configKey('odradek', name) === null : key.described === false
}

/** What was set for all brokers, and nothing else. */
export function describeBrokerDefaults(overrides: ConfigTexts): DescribedConfig[] {
  return [...overrides]
    .map(([name, text]) => {
      const key = runtimeKey(name)
      const shown = key === null || isSensitive(key) ? null : text
      return asWritten(name, text, [{ name, text: shown, source: configSources.dynamicDefault }])
    })
    .sort(byName)
}

function asWritten(name: string, text: string | null, synonyms: readonly ConfigOrigin[]): DescribedConfig {
  const key = runtimeKey(name)
  const told = described(scopeOf(name), name, key, key === null || isSensitive(key) ? null : text, synonyms)
  // Kafka calls every key of one listener read-only, whether or not it takes it.
  return listenerKey(name) === null ? told : { ...told, readOnly: true }
}

const besideBroker = ['broker', 'throttle', 'authorizer', 'odradek'] as const
const scopeOf = (name: string): ConfigScope => besideBroker.find(scope => configKey(scope, name) !== null) ?? 'broker'

function described(
  scope: ConfigScope,
  name: string,
  key: ConfigKey | null,
  value: string | null,
  synonyms: readonly ConfigOrigin[],
): DescribedConfig {
  return {
    name,
    value,
    source: synonyms[0]?.source ?? configSources.default,
    readOnly: key === null || isReadOnly(key),
    // What nobody knows may be a secret.
    sensitive: key === null || isSensitive(key),
    synonyms,
    type: key === null ? 0 : typeNumbers[key.type],
    about: key === null ? null : (documentationOf(scope, name) ?? key.about ?? null),
  }
}

const byName = (a: DescribedConfig, b: DescribedConfig) => (a.name < b.name ? -1 : 1)
