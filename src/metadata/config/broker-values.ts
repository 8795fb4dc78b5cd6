/** What the values of a broker must be like together, in Kafka's words: at start, and after each change. */
import { limitsProblem } from './broker-limits'
import type { BrokerLayers } from './layers'
import { configKeys } from './keys'
import { listenerPrefixes } from './listener-keys'
import { pairsProblem } from './pairs'

const cleanerBytesMin = 1024 * 1024

/** In the key's own unit, whichever of its names gave it. */
const inherited = (layers: BrokerLayers, name: 'retention.ms' | 'segment.ms' | 'segment.jitter.ms'): bigint =>
  BigInt(layers.inherited(name, configKeys.topic[name]).text!)

/** Null when all is well. */
export function brokerValuesProblem(layers: BrokerLayers): string | null {
  const numberOf = (name: string) => Number(layers.effective(name))
  const required = (why: string) => `requirement failed: ${why}`
  if (inherited(layers, 'segment.ms') < 1n) return required('log.roll.ms must be greater than or equal to 1')
  if (inherited(layers, 'segment.jitter.ms') < 0n)
    return required('log.roll.jitter.ms must be greater than or equal to 0')
  if (inherited(layers, 'retention.ms') === 0n) {
    return required('log.retention.ms must be unlimited (-1) or, greater than or equal to 1')
  }
  if (numberOf('log.cleaner.threads') < 1) return 'log.cleaner.threads must be greater than or equal to 1'
  if (numberOf('log.cleaner.dedupe.buffer.size') / numberOf('log.cleaner.threads') <= cleanerBytesMin) {
    return required('log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.')
  }
  if (numberOf('max.connections.per.ip') === 0 && (layers.effective('max.connections.per.ip.overrides') ?? '') === '') {
    const unless = 'only if max.connections.per.ip.overrides property is set.'
    return required(`max.connections.per.ip can be set to zero ${unless}`)
  }
  const overrides = 'max.connections.per.ip.overrides'
  const unreadable = pairsProblem(overrides, layers.effective(overrides) ?? '', count => /^[+-]?\d{1,10}$/.test(count))
  if (unreadable !== null) return unreadable
  const cordoned = cordonedProblem(layers)
  if (cordoned !== null) return required(cordoned)
  return namesProblem(layers) ?? limitsProblem(layers)
}

const codecs = ['offsets.topic.compression.codec', 'share.coordinator.state.topic.compression.codec']

/** What only some numbers and words stand for. */
function namesProblem(layers: BrokerLayers): string | null {
  const unknown = codecs.map(name => Number(layers.effective(name))).find(id => id < 0 || id > 4)
  if (unknown !== undefined) return `Unknown compression type id: ${unknown}`
  if (!listOf(layers.effective('group.coordinator.rebalance.protocols')).includes('classic')) {
    return "Disabling the 'classic' protocol is not supported."
  }
  const key = 'group.streams.rack.aware.assignment.tags'
  const tags = listOf(layers.effective(key))
  return new Set(tags).size < tags.length ? `${key} must not contain duplicate tag keys.` : null
}

const listOf = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)

function cordonedProblem(layers: BrokerLayers): string | null {
  const key = 'cordoned.log.dirs'
  const cordoned = listOf(layers.effective(key))
  if (cordoned.includes('*')) {
    return cordoned.length === 1 ? null : `When ${key} is set to *, it must not contain other values`
  }
  const dirs = new Set([...listOf(layers.effective('log.dirs')), ...listOf(layers.effective('log.dir'))])
  const missing = cordoned.filter(dir => !dirs.has(dir))
  if (missing.length === 0) return null
  return `All entries in ${key} must be present in log.dirs or log.dir. Missing entries : ${missing.join(', ')}`
}

/** The key by which nobody could connect any more, to the broker or to one of its listeners. */
export function lockingOut(layers: BrokerLayers): string | null {
  for (const prefix of ['', ...listenerPrefixes(layers.effective('listeners'))]) {
    for (const limit of ['max.connections', 'max.connection.creation.rate']) {
      const text = layers.effective(`${prefix}${limit}`)
      if (text !== null && Number(text) === 0) return `${prefix}${limit}`
    }
  }
  return null
}

/** What stays here for tiered storage, within what stays at all. */
export function beyondRetention(layers: BrokerLayers, unit: 'ms' | 'bytes'): string | null {
  const numberOf = (name: string) => BigInt(layers.effective(name)!)
  const [whole, local, lag] = [`log.retention.${unit}`, `log.local.retention.${unit}`, `log.remote.copy.lag.${unit}`]
  const invalid = (name: string, why: string) =>
    `Invalid value ${numberOf(name)} for configuration ${name}: Value must not ${why}`
  const retained = unit === 'ms' ? inherited(layers, 'retention.ms') : numberOf(whole)
  const kept = numberOf(local)
  if (retained >= 0n && kept !== -2n) {
    if (kept === -1n) return invalid(local, `be -1 as ${whole} value is set as ${retained}.`)
    if (kept > retained) return invalid(local, `be more than ${whole} property value: ${retained}`)
  }
  const effective = kept === -2n ? retained : kept
  if (effective < 0n || numberOf(lag) <= effective) return null
  return invalid(lag, `exceed ${local} (effective value: ${effective})`)
}
