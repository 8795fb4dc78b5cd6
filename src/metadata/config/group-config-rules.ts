/** What configs of groups and of client metrics subscriptions must be like, in Kafka's words. */
import { clientPattern, patternCharactersMax } from '../../platform/client-pattern'
import { configKey, configKeys } from './keys'
import type { ConfigTexts } from './layers'
import { isProblem, parseConfigValue, type AnyConfigValue } from './value'
import type { BrokerConfigs } from './configs'
import { EntryFailure } from '../decision'

const rackTags = 'streams.rack.aware.assignment.tags'

type GroupKey = keyof typeof configKeys.group

/** Bounds that the broker's own configs set. */
const bounds = (broker: BrokerConfigs): readonly (readonly [GroupKey, number, number])[] => [
  [
    'consumer.heartbeat.interval.ms',
    broker.groupConsumerMinHeartbeatIntervalMs,
    broker.groupConsumerMaxHeartbeatIntervalMs,
  ],
  ['consumer.session.timeout.ms', broker.groupConsumerMinSessionTimeoutMs, broker.groupConsumerMaxSessionTimeoutMs],
  [
    'consumer.assignment.interval.ms',
    broker.groupConsumerMinAssignmentIntervalMs,
    broker.groupConsumerMaxAssignmentIntervalMs,
  ],
  ['share.heartbeat.interval.ms', broker.groupShareMinHeartbeatIntervalMs, broker.groupShareMaxHeartbeatIntervalMs],
  ['share.session.timeout.ms', broker.groupShareMinSessionTimeoutMs, broker.groupShareMaxSessionTimeoutMs],
  ['share.record.lock.duration.ms', broker.groupShareMinRecordLockDurationMs, broker.groupShareMaxRecordLockDurationMs],
  ['share.delivery.count.limit', broker.groupShareMinDeliveryCountLimit, broker.groupShareMaxDeliveryCountLimit],
  [
    'share.partition.max.record.locks',
    broker.groupShareMinPartitionMaxRecordLocks,
    broker.groupShareMaxPartitionMaxRecordLocks,
  ],
  ['share.assignment.interval.ms', broker.groupShareMinAssignmentIntervalMs, broker.groupShareMaxAssignmentIntervalMs],
  [
    'streams.heartbeat.interval.ms',
    broker.groupStreamsMinHeartbeatIntervalMs,
    broker.groupStreamsMaxHeartbeatIntervalMs,
  ],
  ['streams.session.timeout.ms', broker.groupStreamsMinSessionTimeoutMs, broker.groupStreamsMaxSessionTimeoutMs],
  [
    'streams.assignment.interval.ms',
    broker.groupStreamsMinAssignmentIntervalMs,
    broker.groupStreamsMaxAssignmentIntervalMs,
  ],
]

const invalid = (why: string) => new EntryFailure('INVALID_CONFIG', why)

/** Throws EntryFailure for configs that a group cannot have. */
export function checkGroupConfigs(broker: BrokerConfigs, overrides: ConfigTexts): void {
  for (const name of overrides.keys()) {
    if (!configKey('group', name)) throw invalid(`Unknown group config name: ${name}`)
  }
  const values = new Map<string, AnyConfigValue>()
  for (const [name, key] of Object.entries(configKeys.group)) {
    const text = overrides.get(name)
    if (text === undefined) continue
    const parsed = parseConfigValue(name, key, text)
    if (isProblem(parsed)) throw invalid(parsed.error)
    values.set(name, parsed.value)
  }
  const tags =
    overrides
      .get(rackTags)
      ?.split(',')
      .map(tag => tag.trim()) ?? []
  if (new Set(tags).size < tags.length) throw invalid(`${rackTags} must not contain duplicate tag keys.`)
  const valueOf = (name: GroupKey) => values.get(name)
  for (const [name, least, most] of bounds(broker)) {
    const value = valueOf(name) as number | undefined
    if (value !== undefined && (value < least || value > most)) {
      throw invalid(`${name} must be in the range ${least} to ${most} inclusive.`)
    }
  }
  const standby = valueOf('streams.num.standby.replicas') as number | undefined
  if (standby !== undefined && standby > broker.groupStreamsMaxStandbyReplicas) {
    throw invalid(`streams.num.standby.replicas must be less than or equal to ${broker.groupStreamsMaxStandbyReplicas}`)
  }
  const offsetInterval = valueOf('streams.task.offset.interval.ms') as number | undefined
  const offsetIntervalMin = broker.groupStreamsMinTaskOffsetIntervalMs
  if (offsetInterval !== undefined && offsetInterval < offsetIntervalMin) {
    throw invalid(`streams.task.offset.interval.ms must be greater than or equal to ${offsetIntervalMin}`)
  }
  checkAssignor(broker, valueOf('streams.assignor.name') as string | undefined)
  const deadLetters = (valueOf('errors.deadletterqueue.topic.name') as string | undefined) ?? ''
  if (deadLetters.startsWith('__')) {
    throw invalid("errors.deadletterqueue.topic.name: DLQ topic name must not start with '__'")
  }
}

function checkAssignor(broker: BrokerConfigs, assignor: string | undefined): void {
  if (assignor === undefined || broker.groupStreamsAssignors.includes(assignor)) return
  const registered = broker.groupStreamsAssignors.join(', ')
  const unknown = `streams.assignor.name '${assignor}' is not a registered task assignor.`
  throw invalid(`${unknown} Registered assignors are: [${registered}].`)
}

const intervalMs = { least: 100, most: 3_600_000 }
const matchable = new Set([
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
])

/** Throws EntryFailure for configs that a client metrics subscription cannot have. */
export function checkClientMetricsConfigs(overrides: ConfigTexts): void {
  const refused = (why: string) => new EntryFailure('INVALID_REQUEST', why)
  for (const [name, text] of overrides) {
    const key = configKey('clientMetrics', name)
    if (!key) throw refused(`Unknown client metrics configuration: ${name}`)
    const parsed = parseConfigValue(name, key, text)
    if (isProblem(parsed)) throw invalid(parsed.error)
    if (name === 'interval.ms') {
      const value = parsed.value as number
      if (value >= intervalMs.least && value <= intervalMs.most) continue
      const between = `between ${intervalMs.least} and ${intervalMs.most} (1 hour)`
      throw refused(`Invalid value ${parsed.text} for interval.ms, interval must be ${between}`)
    }
    if (name === 'match') checkPatterns(parsed.value as readonly string[])
  }
}

/** Each of them is looked at again for each client that comes; there are no more than six things to match. */
const patternsMax = 100

function checkPatterns(patterns: readonly string[]): void {
  if (patterns.length > patternsMax)
    throw invalid(`match has ${patterns.length} patterns, and may have ${patternsMax}.`)
  for (const pattern of patterns) checkPattern(pattern)
}

function checkPattern(pattern: string): void {
  // As Java splits: empty parts at the end are none.
  const [name, text, ...more] = pattern.replace(/=+$/, '').split('=')
  if (text !== undefined && more.length === 0 && matchable.has(name!.trim()) && clientPattern(text.trim())) return
  if (pattern.length > 2 * patternCharactersMax) {
    const shown = `${pattern.slice(0, patternCharactersMax)}...`
    throw invalid(`Illegal client matching pattern: ${shown} has more than ${patternCharactersMax} characters.`)
  }
  throw invalid(`Illegal client matching pattern: ${pattern}`)
}
