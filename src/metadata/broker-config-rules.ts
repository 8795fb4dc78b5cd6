/** Which of a broker's configs a running broker takes, and what they must be like, in Kafka's words. */
import { configKey, isReadOnly } from './config-keys'
import type { ConfigTexts } from './config-layers'
import { isProblem, parseConfigValue } from './config-value'
import type { Configs } from './configs'
import { beyondRetention, brokerValuesProblem, lockingOut } from './broker-values'
import { EntryFailure } from './decision'

const listenerPrefix = /^listener\.name\.[^.]+\./

/** Security keys that a running broker takes for one listener at a time only. */
const onlyPerListener = (name: string) => name.startsWith('ssl.') && configKey('broker', name)?.update === 'per-broker'

const forAllBrokers = new Set(['max.connections', 'max.connection.creation.rate', 'num.network.threads'])

/** Keys of one listener are for one broker, but for these. */
const isForOneBroker = (name: string) =>
  listenerPrefix.test(name) && !forAllBrokers.has(name.replace(listenerPrefix, ''))

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
  const keyOf = (name: string) => configKey('broker', name.replace(listenerPrefix, ''))
  refuseAny(name => {
    const key = keyOf(name)
    return key !== null && (isReadOnly(key) || name === 'listeners')
  }, 'Cannot update these configs dynamically')
  refuseAny(
    onlyPerListener,
    'These security configs can be dynamically updated only per-listener using the listener prefix',
  )
  for (const [name, text] of texts) {
    const key = keyOf(name)
    const parsed = key && parseConfigValue(name, key, text)
    if (parsed && isProblem(parsed)) throw refused(parsed.error)
    checkClass(name.replace(listenerPrefix, ''), text)
  }
  if (resource === '') {
    refuseAny(
      name => keyOf(name)?.update === 'per-broker' || isForOneBroker(name),
      'Cannot update these configs at default cluster level, broker id must be specified',
    )
  }
  const after = configs.layers().changed(resource, texts)
  const why = brokerValuesProblem(after)
  if (why !== null) throw refused(why)
  const limit = lockingOut(after)
  if (limit !== null) throw nested(`Invalid ${limit.replace(listenerPrefix, '')} 0`)
  const beyond = beyondRetention(after, 'ms') ?? beyondRetention(after, 'bytes')
  if (beyond !== null) throw nested(beyond)
  for (const [name, text] of texts) {
    checkSteps(configs, name, Number(text))
    if (name === 'max.connections.per.ip.overrides') checkOverrides(name, text)
    if (name === 'metric.reporters' && text.trim() !== '') {
      const why = `Validation of dynamic config update of Set(${name}) failed with class class kafka.server.DynamicMetricsReporters`
      throw nested(why)
    }
  }
}

const onlyPrincipalBuilder = 'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder'

/** There is no Java here to find another class in. */
function checkClass(name: string, text: string): void {
  if (name !== 'principal.builder.class' || text.trim() === onlyPrincipalBuilder) return
  throw refused(`Invalid value ${text} for configuration ${name}: Class ${text} could not be found.`)
}

/** `host:count,host:count`. The texts are those of Java's own exceptions. */
function checkOverrides(name: string, text: string): void {
  const wrong = (why: string) => refused(`Error parsing configuration property '${name}': ${why}`)
  for (const pair of text.split(',').map(part => part.trim())) {
    if (pair === '') continue
    const colon = pair.lastIndexOf(':')
    if (colon < 0) throw wrong(`begin 0, end -1, length ${pair.length}`)
    const count = pair.slice(colon + 1).trim()
    if (!/^[+-]?\d{1,10}$/.test(count)) throw wrong(`For input string: "${count}"`)
  }
}

/** Kafka resizes its pools of threads step by step; so do we refuse what it refuses, though we have none. */
function checkSteps(configs: Configs, name: string, wanted: number): void {
  const current = Number(configs.layers().effective(name))
  if (name === 'log.cleaner.threads') {
    if (wanted < 1) throw nested('Log cleaner threads should be at least 1')
    if (wanted < current / 2)
      throw nested(`Log cleaner threads cannot be reduced to less than half the current value ${current}`)
    if (wanted > current * 2) {
      throw nested(`Log cleaner threads cannot be increased to more than double the current value ${current}`)
    }
  }
  if (!threadCounts.has(name)) return
  const failed = `Dynamic thread count update validation failed for ${name}=${wanted}, value should`
  if (wanted < current / 2) throw nested(`${failed} be at least half the current value ${current}`)
  if (wanted > current * 2) throw nested(`${failed} not be greater than double the current value ${current}`)
}
