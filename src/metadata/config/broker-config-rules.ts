/** Which of a broker's configs a running broker takes, and what they must be like, in Kafka's words. */
import type { ConfigKey } from './key'
import { configKey, isReadOnly } from './keys'
import type { BrokerLayers, ConfigTexts } from './layers'
import { type Pairs, pairsOf } from './pairs'
import { isProblem, parseConfigValue } from './value'
import type { Configs } from './configs'
import { beyondRetention, brokerValuesProblem, lockingOut } from './broker-values'
import { EntryFailure } from '../decision'
import { classProblem } from './java-classes'
import { listenerKey, listenerPrefixes, runtimeKey } from './listener-keys'

/** Security keys that a running broker takes for one listener at a time only: those that it can change for one. */
const onlyPerListener = (name: string) =>
  /^ssl\.(keystore\.(type|location|password|key|certificate\.chain)|key\.password|truststore\.(type|location|password|certificates))$/.test(
    name,
  )

const forAllBrokers = new Set(['max.connections', 'max.connection.creation.rate', 'num.network.threads'])

/** Keys of one listener are for one broker, but for these. */
function isForOneBroker(name: string): boolean {
  const key = listenerKey(name)
  if (key === null) return name.startsWith('listener.name.') || configKey('broker', name)?.update === 'per-broker'
  return !forAllBrokers.has(key.rest)
}

/** Thread pools: a running broker halves or doubles them at most. */
const threadCounts = new Set([
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
  'remote.log.manager.copier.thread.pool.size',
  'remote.log.manager.expiration.thread.pool.size',
  'remote.log.manager.follower.thread.pool.size',
  'remote.log.reader.threads',
])

/** A refusal by the part of Kafka that would have to act on the change. */
const nested = (why: string) => {
  const cause = `org.apache.kafka.common.config.ConfigException: ${why}`
  return refused(`Invalid value ${cause} for configuration Invalid dynamic configuration`)
}

const refused = (why: string) => new EntryFailure('INVALID_REQUEST', why)

/**
 * Checks what a broker ('' for the default of all) would have set dynamically after a change. Names that nobody knows
 * pass, as in Kafka: they may belong to plug-ins. Unlike Kafka, a running broker does not open other listeners. Throws
 * EntryFailure.
 */
export function checkBrokerConfigs(configs: Configs, resource: string, texts: ConfigTexts): void {
  const names = [...texts.keys()].sort()
  const refuseAny = (holds: (name: string) => boolean, why: string) => {
    const found = names.filter(holds)
    if (found.length > 0) throw refused(`${why}: [${found.join(', ')}]`)
  }
  const fixed = 'Cannot update these configs dynamically'
  refuseAny(name => configKey('broker', name)?.update === 'read-only', fixed)
  refuseAny(
    onlyPerListener,
    'These security configs can be dynamically updated only per-listener using the listener prefix',
  )
  for (const [name, text] of texts) {
    const key = runtimeKey(name)
    // Kafka reads the names of providers when it starts, and then no more.
    if (key === null || isReadOnly(key) || name === 'config.providers') continue
    const base = listenerKey(name)?.rest ?? name
    const why = repeats(key, text)
      ? `Configuration '${base}' values must not be duplicated.`
      : valueProblem(base, key, text)
    if (why !== null) throw refused(why)
  }
  if (resource === '') {
    const why = 'Cannot update these configs at default cluster level, broker id must be specified'
    refuseAny(isForOneBroker, why)
  }
  refuseAny(name => name === 'listeners', fixed)
  checkTogether(configs.layers(), configs.layers().changed(resource, texts), texts)
}

/** What follows from all values: those that were there before, and those that change. */
function checkTogether(before: BrokerLayers, after: BrokerLayers, texts: ConfigTexts): void {
  if (texts.has(protocolMap)) checkProtocols(before, after)
  const why = brokerValuesProblem(after)
  if (why !== null) throw refused(why)
  const limit = lockingOut(after)
  if (limit !== null) throw nested(`Invalid ${listenerKey(limit)?.base ?? limit} 0`)
  const beyond = beyondRetention(after, 'ms') ?? beyondRetention(after, 'bytes')
  if (beyond !== null) throw nested(beyond)
  const listeners = new Set(listenerPrefixes(after.effective('listeners')))
  for (const [name, text] of texts) {
    checkSteps(before, name, Number(text))
    checkOfListener(listeners, name, text)
    if (name === 'metric.reporters' && text.split(',').some(one => !['', onlyReporter].includes(one.trim()))) {
      const why = `Validation of dynamic config update of Set(${name}) failed with class class kafka.server.DynamicMetricsReporters`
      throw nested(why)
    }
  }
}

const onlyReporter = 'org.apache.kafka.common.metrics.JmxReporter'

/** Elsewhere what is said twice counts once. */
const repeats = (key: ConfigKey, text: string): boolean => {
  const parts = key.type === 'LIST' ? text.split(',').map(part => part.trim()) : []
  return new Set(parts).size < parts.length
}

function valueProblem(name: string, key: ConfigKey, text: string): string | null {
  const parsed = parseConfigValue(name, key, text)
  return isProblem(parsed) ? parsed.error : classProblem(name, key, text)
}

/** A listener that is there reads all that is said of it, also what only takes effect when the broker starts anew. */
function checkOfListener(listeners: ReadonlySet<string>, name: string, text: string): void {
  const own = listenerKey(name)
  const key = own && configKey('broker', own.base)
  if (!own || !key || !isReadOnly(key) || !listeners.has(own.prefix)) return
  const why = valueProblem(own.base, key, text)
  if (why !== null) throw nested(why)
}

const protocolMap = 'listener.security.protocol.map'
const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

/** By the name of a listener in capital letters. */
function protocolsOf(layers: BrokerLayers): ReadonlyMap<string, string> {
  return new Map(protocolPairs(layers).map(([name, protocol]) => [name.toUpperCase(), protocol.toUpperCase()]))
}

/** Listeners that are there keep their protocols. */
function checkProtocols(before: BrokerLayers, after: BrokerLayers): void {
  const strange = protocolPairs(after).find(([, protocol]) => !protocols.includes(protocol.toUpperCase()))
  if (strange) throw refused(`Invalid security protocol \`${strange[1]}\` defined in ${protocolMap}`)
  const listeners = (after.effective('listeners') ?? '').split(',').map(one => one.trim())
  const [are, were] = [protocolsOf(after), protocolsOf(before)]
  for (const listener of listeners.map(one => one.split(':')[0]!)) {
    const name = listener.toUpperCase()
    if (!are.has(name)) {
      const what = `Error creating broker listeners from '[${listeners.join(', ')}]'`
      throw refused(`${what}: No security protocol defined for listener ${name}`)
    }
    if (are.get(name) !== were.get(name)) {
      throw nested(`Security protocol cannot be updated for existing listener ListenerName(${name})`)
    }
  }
}

function protocolPairs(layers: BrokerLayers): Pairs {
  const pairs = pairsOf(protocolMap, layers.effective(protocolMap) ?? '')
  if (typeof pairs === 'string') throw refused(pairs)
  return pairs
}

/** Kafka resizes its pools of threads step by step; so do we refuse what it refuses, though we have none. */
function checkSteps(layers: BrokerLayers, name: string, wanted: number): void {
  const base = listenerKey(name)?.base === 'num.network.threads' ? 'num.network.threads' : name
  const current = Number(layers.effective(name) ?? layers.effective(base))
  // Kafka halves whole numbers.
  const [least, most] = [Math.trunc(current / 2), current * 2]
  if (name === 'log.cleaner.threads') {
    if (wanted < least)
      throw nested(`Log cleaner threads cannot be reduced to less than half the current value ${current}`)
    if (wanted > most) {
      throw nested(`Log cleaner threads cannot be increased to more than double the current value ${current}`)
    }
  }
  if (!threadCounts.has(base)) return
  const failed = `Dynamic thread count update validation failed for ${base}=${wanted}, value should`
  if (wanted < least) throw nested(`${failed} be at least half the current value ${current}`)
  if (wanted > most) throw nested(`${failed} not be greater than double the current value ${current}`)
}
