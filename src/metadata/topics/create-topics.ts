/** The decision on CreateTopics: what Kafka's controller checks, in its order and with its words. */
import { uuidHex, type Random } from '../../platform/random'
import { configKeys } from '../config/keys'
import { configSources, type BrokerLayers, type ConfigTexts } from '../config/layers'
import type { ConfigKey } from '../config/key'
import {
  EntryFailure,
  entryOutcome,
  failed,
  free,
  succeeded,
  type Charge,
  type Decision,
  type DecisionContext,
  type EntryOutcome,
} from '../decision'
import { clusterMetadataTopic } from './internal-topics'
import { assignedPartition, checkAssignment, placeReplicas } from './placement'
import type { StoreOperation } from '../store/store'
import { storeKeys, type StoredPartition, type StoredTopic } from '../image/stored'
import { checkTopicConfigs } from '../config/topic-config-rules'
import { topicNameProblem } from '../topic-names'

/** A request creates no more partitions than this. */
export const partitionsPerRequestMax = 10_000

const zeroId = '0'.repeat(32)

export interface TopicSpec {
  readonly name: string
  /** -1 for the broker's default, and when there are assignments. */
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface EffectiveConfig {
  readonly name: string
  readonly value: string | null
  readonly configSource: number
}

export interface TopicCreation extends EntryOutcome {
  readonly name: string
  readonly topicId: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: readonly EffectiveConfig[]
}

/** A topic by its name alone, all else by default. */
export const topicNamed = (name: string): TopicSpec => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [],
  configs: [],
})

export function decideCreateTopics(
  context: DecisionContext,
  specs: readonly TopicSpec[],
  charge: Charge = free,
): Decision<TopicCreation[]> {
  const times = new Map<string, number>()
  for (const { name } of specs) times.set(name, (times.get(name) ?? 0) + 1)
  const refuse = (name: string, outcome: EntryOutcome) => refusedTopic(name, outcome)
  const twice = [...times.keys()].filter(name => times.get(name)! > 1)
  const once = specs.filter(({ name }) => times.get(name) === 1 && name !== clusterMetadataTopic)
  const total = once.reduce((sum, spec) => sum + partitionsAsked(context, spec), 0)
  if (total > partitionsPerRequestMax) {
    const outcome = failed('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
    return { if: [], do: [], reply: [...times.keys()].map(name => refuse(name, outcome)) }
  }
  const operations: StoreOperation[] = []
  const reply = once.map(spec =>
    entryOutcome(
      () => createTopic(context, spec, operations, charge),
      outcome => refuse(spec.name, outcome),
    ),
  )
  for (const name of twice) reply.push(refuse(name, failed('INVALID_REQUEST', 'Duplicate topic name.')))
  if (times.get(clusterMetadataTopic) === 1) {
    const prohibited = `Creation of internal topic ${clusterMetadataTopic} is prohibited.`
    reply.push(refuse(clusterMetadataTopic, failed('INVALID_REQUEST', prohibited)))
  }
  const created = reply.filter(({ errorCode }) => errorCode === 0)
  return {
    if: created.map(({ name }) => ({ key: storeKeys.topicName(name), on: 'created', is: '=', revision: 0 })),
    do: operations,
    reply,
  }
}

export function refusedTopic(name: string, outcome: EntryOutcome): TopicCreation {
  return { name, topicId: zeroId, numPartitions: -1, replicationFactor: -1, configs: [], ...outcome }
}

function partitionsAsked({ configs }: DecisionContext, { numPartitions, assignments }: TopicSpec): number {
  if (assignments.length > 0) return assignments.length
  return numPartitions === -1 ? configs.broker().numPartitions : Math.max(0, numPartitions)
}

function createTopic(
  context: DecisionContext,
  spec: TopicSpec,
  operations: StoreOperation[],
  charge: Charge,
): TopicCreation {
  const { name } = spec
  const { image, configs, random } = context
  checkName(context, name)
  const overrides = configsOf(spec)
  checkTopicConfigs(configs, overrides)
  const partitions = spec.assignments.length > 0 ? assigned(context, spec) : placed(context, spec)
  charge(partitions.length)
  const topicId = newTopicId(random, id => image.topicById(id) !== null)
  operations.push(...createOperations(topicId, name, partitions, overrides))
  return {
    ...succeeded,
    name,
    topicId,
    numPartitions: partitions.length,
    replicationFactor: partitions[0]!.replicas.length,
    configs: effectiveTopicConfigs(configs.layers(), overrides),
  }
}

function checkName({ image }: DecisionContext, name: string): void {
  const problem = topicNameProblem(name)
  if (problem !== null) throw new EntryFailure('INVALID_TOPIC_EXCEPTION', problem)
  if (image.topic(name)) throw new EntryFailure('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
  const other = image.collidingTopic(name)
  if (other !== null) {
    throw new EntryFailure('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
  }
}

function configsOf({ configs }: TopicSpec): ConfigTexts {
  const unset = configs.filter(({ value }) => value === null).map(({ name }) => name)
  if (unset.length > 0) {
    throw new EntryFailure('INVALID_CONFIG', `Null value not supported for topic configs: ${unset.join(',')}`)
  }
  return new Map(configs.map(({ name, value }) => [name, value!]))
}

function placed({ image, configs, random }: DecisionContext, spec: TopicSpec): StoredPartition[] {
  const { numPartitions, replicationFactor } = spec
  if (replicationFactor < -1 || replicationFactor === 0) {
    const why = 'Replication factor must be larger than 0, or -1 to use the default value.'
    throw new EntryFailure('INVALID_REPLICATION_FACTOR', why)
  }
  if (numPartitions < -1 || numPartitions === 0) {
    throw new EntryFailure('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  }
  const broker = configs.broker()
  return placeReplicas(
    image,
    random,
    numPartitions === -1 ? broker.numPartitions : numPartitions,
    replicationFactor === -1 ? broker.defaultReplicationFactor : replicationFactor,
  )
}

function assigned({ image }: DecisionContext, spec: TopicSpec): StoredPartition[] {
  const { numPartitions, replicationFactor, assignments } = spec
  const both = (what: string) =>
    new EntryFailure('INVALID_REQUEST', `A manual partition assignment was specified, but ${what} was not set to -1.`)
  if (replicationFactor !== -1) throw both('replication factor')
  if (numPartitions !== -1) throw both('numPartitions')
  const byIndex = new Map<number, readonly number[]>()
  let replicas: number | null = null
  for (const { partitionIndex, brokerIds } of assignments) {
    if (byIndex.has(partitionIndex)) {
      const why = `Found multiple manual partition assignments for partition ${partitionIndex}`
      throw new EntryFailure('INVALID_REPLICA_ASSIGNMENT', why)
    }
    checkAssignment(image, brokerIds, replicas)
    replicas = brokerIds.length
    byIndex.set(partitionIndex, brokerIds)
  }
  return Array.from({ length: byIndex.size }, (_, index) => {
    const brokerIds = byIndex.get(index)
    if (brokerIds) return assignedPartition(image, brokerIds, index)
    const why = 'partitions should be a consecutive 0-based integer sequence'
    throw new EntryFailure('INVALID_REPLICA_ASSIGNMENT', why)
  })
}

/** Everything that a new topic puts into the store. */
export function createOperations(
  topicId: string,
  name: string,
  partitions: readonly StoredPartition[],
  overrides: ConfigTexts,
): StoreOperation[] {
  const topic: StoredTopic = { name, partitions: partitions.length }
  const operations: StoreOperation[] = [
    { put: storeKeys.topicName(name), value: JSON.stringify(topicId) },
    { put: storeKeys.topic(topicId), value: JSON.stringify(topic) },
  ]
  for (const [index, partition] of partitions.entries()) {
    operations.push({ put: storeKeys.partition(topicId, index), value: JSON.stringify(partition) })
  }
  if (overrides.size > 0) {
    operations.push({ put: storeKeys.config('topic', name), value: JSON.stringify(Object.fromEntries(overrides)) })
  }
  return operations
}

/** As Kafka's Uuid.randomUuid: its text form, base64url, must not begin with a dash, since tools take that for a flag. */
export function newTopicId(random: Random, taken: (id: string) => boolean): string {
  for (;;) {
    const id = uuidHex(random)
    if (!Buffer.from(id, 'hex').toString('base64url').startsWith('-') && !taken(id)) return id
  }
}

/** Every described config of a topic with the given overrides, in the order of names, and where each comes from. */
export function effectiveTopicConfigs(layers: BrokerLayers, overrides: ConfigTexts): EffectiveConfig[] {
  const keys: [string, ConfigKey][] = Object.entries(configKeys.topic)
  return keys
    .filter(([, key]) => key.described !== false)
    .map(([name, key]) => {
      const text = overrides.get(name)
      if (text !== undefined) return { name, value: text, configSource: configSources.topic as number }
      const inherited = layers.inherited(name, key)
      return { name, value: inherited.text, configSource: inherited.source }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
