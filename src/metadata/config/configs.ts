/** Configs with types: `configs.topic('orders').retentionMs`. Read anew for each request; reading is a look-up, not a parse. */
import { type ConfigKeys, type TypedConfigs, camelName } from './key'
import { configKeys } from './keys'
import { BrokerLayers, type ConfigTexts } from './layers'
import { type AnyConfigValue, isProblem, parseConfigValue } from './value'
import type { ConfigResource, MetadataImage } from '../image/image'

export interface BrokerConfigs
  extends TypedConfigs<typeof configKeys.broker>,
    TypedConfigs<typeof configKeys.authorizer>,
    TypedConfigs<typeof configKeys.odradek> {}
export interface TopicConfigs extends TypedConfigs<typeof configKeys.topic> {}
export interface GroupConfigs extends TypedConfigs<typeof configKeys.group> {}
export interface ClientMetricsConfigs extends TypedConfigs<typeof configKeys.clientMetrics> {}

const brokerKeys: readonly ConfigKeys[] = [configKeys.broker, configKeys.authorizer, configKeys.odradek]

const none: ConfigTexts = new Map()

/** The kinds of resources that have a config with keys from the table. */
export type KeyedResource = Exclude<ConfigResource, 'broker' | 'brokerLogger'>

/**
 * Layers, weakest first: the key's default, server.properties and --set, all brokers, this broker, and for topics,
 * groups and client metrics the resource itself. Objects are shared and frozen; ask again to see a change.
 */
export class Configs {
  readonly brokerId: number
  readonly #statics: ConfigTexts
  readonly #image: () => MetadataImage
  #perBroker: ConfigTexts | null = null
  #clusterWide: ConfigTexts | null = null
  #seen = Number.NaN
  #settled!: Settled

  constructor(brokerId: number, statics: ConfigTexts, image: () => MetadataImage) {
    this.brokerId = brokerId
    this.#statics = statics
    this.#image = image
  }

  broker(): BrokerConfigs {
    return this.#current().broker
  }

  topic(name: string): TopicConfigs {
    return this.#resource('topic', name) as TopicConfigs
  }

  /** What a topic has that sets nothing itself. */
  topicDefaults(): TopicConfigs {
    return this.#current().read('topic', none) as TopicConfigs
  }

  group(id: string): GroupConfigs {
    return this.#resource('group', id) as GroupConfigs
  }

  clientMetrics(name: string): ClientMetricsConfigs {
    return this.#resource('clientMetrics', name) as ClientMetricsConfigs
  }

  /** The layers under the broker's values, for those who describe configs. */
  layers(): BrokerLayers {
    return this.#current().layers
  }

  #resource(resource: KeyedResource, name: string): object {
    return this.#current().read(resource, this.#image().overrides(resource, name))
  }

  #current(): Settled {
    const image = this.#image()
    if (image.revision === this.#seen) return this.#settled
    const perBroker = image.overrides('broker', String(this.brokerId))
    const clusterWide = image.overrides('broker', '')
    if (perBroker !== this.#perBroker || clusterWide !== this.#clusterWide) {
      this.#settled = settledFor(perBroker, clusterWide, this.#statics)
      this.#perBroker = perBroker
      this.#clusterWide = clusterWide
    }
    this.#seen = image.revision
    return this.#settled
  }
}

/** What followed last, by the settings of a node: nodes of one process that have the same begin with it, as forks do. */
const latest = new WeakMap<ConfigTexts, Settled>()

function settledFor(perBroker: ConfigTexts, clusterWide: ConfigTexts, statics: ConfigTexts): Settled {
  const known = latest.get(statics)
  if (known?.isOf(perBroker, clusterWide)) return known
  const settled = new Settled(perBroker, clusterWide, statics)
  latest.set(statics, settled)
  return settled
}

/** Everything that follows from one state of the broker's layers. */
class Settled {
  readonly layers: BrokerLayers
  readonly #perBroker: ConfigTexts
  readonly #clusterWide: ConfigTexts
  readonly #defaults = new Map<KeyedResource, object>()
  /** By the overrides of a resource, which are one object for as long as they do not change. */
  readonly #overridden = new WeakMap<ConfigTexts, object>()
  #broker: BrokerConfigs | null = null

  constructor(perBroker: ConfigTexts, clusterWide: ConfigTexts, statics: ConfigTexts) {
    this.#perBroker = perBroker
    this.#clusterWide = clusterWide
    this.layers = new BrokerLayers(perBroker, clusterWide, statics)
  }

  isOf(perBroker: ConfigTexts, clusterWide: ConfigTexts): boolean {
    return isSame(this.#perBroker, perBroker) && isSame(this.#clusterWide, clusterWide)
  }

  get broker(): BrokerConfigs {
    this.#broker ??= onDemand(brokerKeys, name => this.layers.effective(name)) as BrokerConfigs
    return this.#broker
  }

  read(resource: KeyedResource, overrides: ConfigTexts): object {
    if (overrides.size === 0) return this.#default(resource)
    const known = this.#overridden.get(overrides)
    if (known) return known
    const own: ConfigKeys = Object.fromEntries(
      Object.entries(configKeys[resource] as ConfigKeys).filter(([name]) => overrides.has(name)),
    )
    const merged = { ...this.#default(resource), ...typed(own, name => overrides.get(name)!) }
    this.#overridden.set(overrides, Object.freeze(merged))
    return merged
  }

  #default(resource: KeyedResource): object {
    let found = this.#defaults.get(resource)
    if (!found) {
      const keys: ConfigKeys = configKeys[resource]
      found = Object.freeze(typed(keys, name => this.layers.inherited(name, keys[name]!).text))
      this.#defaults.set(resource, found)
    }
    return found
  }
}

const isSame = (a: ConfigTexts, b: ConfigTexts): boolean =>
  a === b || (a.size === b.size && [...a].every(([name, text]) => b.get(name) === text))

/**
 * As `typed`, each value read when it is first asked for: a broker has hundreds of keys and starts with some dozens. What
 * was read is a property of its own, so that only the first look-up comes by here.
 */
function onDemand(tables: readonly ConfigKeys[], textOf: (name: string) => string | null): object {
  const first: ProxyHandler<object> = {
    get(_none, property, values: object) {
      const name = typeof property === 'string' ? keyNameOf(tables, property) : undefined
      if (name === undefined) return undefined
      const key = tables.find(keys => Object.hasOwn(keys, name))![name]!
      const value = read(name, key, textOf(name)) ?? read(name, key, key.default)
      Object.defineProperty(values, property, { value, enumerable: true })
      return value
    },
  }
  return Object.create(new Proxy(Object.freeze({}), first)) as object
}

/** What `camelName` made a name of: nearly always each capital was a dot and its letter. */
function keyNameOf(tables: readonly ConfigKeys[], property: string): string | undefined {
  const dotted = property.replace(/[A-Z]/g, letter => `.${letter.toLowerCase()}`)
  if (tables.some(keys => Object.hasOwn(keys, dotted))) return dotted
  return tables.flatMap(keys => Object.keys(keys)).find(name => camelName(name) === property)
}

/** Values by their TypeScript names. Every text was checked when it was set; one that cannot be read counts as unset. */
function typed(keys: ConfigKeys, textOf: (name: string) => string | null): { [name: string]: AnyConfigValue } {
  const values: { [name: string]: AnyConfigValue } = {}
  for (const [name, key] of Object.entries(keys)) {
    values[camelName(name)] = read(name, key, textOf(name)) ?? read(name, key, key.default)
  }
  return values
}

function read(name: string, key: ConfigKeys[string], text: string | null): AnyConfigValue {
  if (text === null) return null
  const parsed = parseConfigValue(name, key, text)
  return isProblem(parsed) ? null : parsed.value
}
