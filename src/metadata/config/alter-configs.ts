/** The decisions on AlterConfigs (all of a resource's overrides anew) and IncrementalAlterConfigs (key by key). */
import { unreachable } from '../../platform/assert'
import { checkBrokerConfigs } from './broker-config-rules'
import { configKey } from './keys'
import type { ConfigTexts } from './layers'
import {
  EntryFailure,
  entryOutcome,
  succeeded,
  type Decision,
  type DecisionContext,
  type EntryOutcome,
} from '../decision'
import { checkClientMetricsConfigs, checkGroupConfigs } from './group-config-rules'
import type { ConfigResource } from '../image/image'
import type { StoreOperation } from '../store/store'
import { storeKeys } from '../image/stored'
import { checkTopicConfigs } from './topic-config-rules'
import { topicNameProblem } from '../topic-names'

/** The kinds of resources whose overrides are metadata. */
export type AlterableResource = Exclude<ConfigResource, 'brokerLogger'>
export type ConfigOperation = 'SET' | 'DELETE' | 'APPEND' | 'SUBTRACT'

export interface ConfigChange {
  readonly name: string
  readonly operation: ConfigOperation
  /** Null for DELETE, and for nothing else. */
  readonly value: string | null
}

export interface ConfigTarget {
  readonly resource: AlterableResource
  readonly name: string
}

export interface IncrementalAlteration extends ConfigTarget {
  readonly changes: readonly ConfigChange[]
}

export interface Replacement extends ConfigTarget {
  readonly configs: ConfigTexts
}

/** What an alteration comes to: the keys it speaks of, and all that its resource has set afterwards. */
interface Effect {
  readonly touched: readonly string[]
  readonly after: ConfigTexts
}

/** Outcomes are in the order of the alterations; a resource stands among them once. */
export function decideIncrementalAlter(
  context: DecisionContext,
  alterations: readonly IncrementalAlteration[],
): Decision<EntryOutcome[]> {
  return decideEach(context, alterations, alteration => {
    const before = context.image.overrides(alteration.resource, alteration.name)
    const touched = alteration.changes.map(({ name }) => name)
    return { touched, after: changed(context, alteration, before) }
  })
}

export function decideAlter(context: DecisionContext, replacements: readonly Replacement[]): Decision<EntryOutcome[]> {
  return decideEach(context, replacements, ({ resource, name, configs }) => {
    const before = context.image.overrides(resource, name)
    return { touched: [...before.keys(), ...configs.keys()], after: configs }
  })
}

function decideEach<A extends ConfigTarget>(
  context: DecisionContext,
  alterations: readonly A[],
  effectOf: (alteration: A) => Effect,
): Decision<EntryOutcome[]> {
  const operations: StoreOperation[] = []
  const reply = alterations.map(alteration =>
    entryOutcome(
      () => {
        const effect = effectOf(alteration)
        check(context, alteration, effect.after)
        checkMinIsr(alteration, effect)
        operations.push(operationFor(alteration, effect.after))
        return succeeded
      },
      failure => failure,
    ),
  )
  return { if: [], do: operations, reply }
}

function operationFor({ resource, name }: ConfigTarget, texts: ConfigTexts): StoreOperation {
  const key = storeKeys.config(resource, name)
  return texts.size === 0 ? { remove: key } : { put: key, value: JSON.stringify(Object.fromEntries(texts)) }
}

/** What a resource would have set after some changes. */
function changed(context: DecisionContext, alteration: IncrementalAlteration, before: ConfigTexts): ConfigTexts {
  const after = new Map(before)
  for (const { name, operation, value } of alteration.changes) {
    if (operation === 'DELETE') after.delete(name)
    else if (operation === 'SET') after.set(name, value!)
    else after.set(name, listWith(context, alteration, name, operation, value!))
  }
  return after
}

function listWith(
  { configs, image }: DecisionContext,
  { resource, name: resourceName }: ConfigTarget,
  name: string,
  operation: 'APPEND' | 'SUBTRACT',
  value: string,
): string {
  const key = configKey(resource, name)
  // Kafka knows no types of the keys of client metrics.
  if (key?.type !== 'LIST' || resource === 'clientMetrics') throw notAList(resource, name, key === null, operation)
  const layers = configs.layers()
  const inherited = resource === 'broker' ? layers.effective(name) : layers.inherited(name, key).text
  const text = image.overrides(resource, resourceName).get(name) ?? inherited ?? ''
  const parts = text === '' ? [] : javaSplit(text)
  for (const part of javaSplit(value)) {
    const at = parts.indexOf(part)
    if (operation === 'SUBTRACT' && at >= 0) parts.splice(at, 1)
    else if (operation === 'APPEND' && at < 0) parts.push(part)
  }
  return parts.join(',')
}

function notAList(resource: AlterableResource, name: string, unknown: boolean, operation: 'APPEND' | 'SUBTRACT') {
  if (resource !== 'broker') {
    return new EntryFailure('INVALID_CONFIG', `Can't ${operation} to key ${name} because its type is not LIST.`)
  }
  if (unknown) return new EntryFailure('INVALID_CONFIG', `Unknown config name: ${name}`)
  const what = `Config value ${operation.toLowerCase()} is not allowed for config key: ${name}`
  return new EntryFailure('INVALID_CONFIG', what)
}

/** Splits at commas as Java does: empty parts at the end are dropped, but an empty text is one empty part. */
function javaSplit(text: string): string[] {
  const parts = text.split(',')
  while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return parts
}

/**
 * Eligible leader replicas (KIP-966) rest on one `min.insync.replicas` for the whole cluster: it is set for all brokers
 * and stays set, and single brokers have none of their own.
 */
function checkMinIsr({ resource, name }: ConfigTarget, { touched, after }: Effect): void {
  const key = 'min.insync.replicas'
  if (resource !== 'broker' || !touched.includes(key)) return
  if (name !== '') {
    throw new EntryFailure('INVALID_CONFIG', `Broker-level ${key} cannot be altered while ELR is enabled.`)
  }
  if (!after.has(key)) {
    throw new EntryFailure('INVALID_CONFIG', `Cluster-level ${key} cannot be removed while ELR is enabled.`)
  }
}

function check({ image, configs }: DecisionContext, { resource, name }: ConfigTarget, after: ConfigTexts): void {
  switch (resource) {
    case 'topic': {
      if (name === '') throw new EntryFailure('INVALID_REQUEST', 'Default topic resources are not allowed.')
      const problem = topicNameProblem(name)
      if (problem !== null) throw new EntryFailure('INVALID_TOPIC_EXCEPTION', problem)
      checkTopicConfigs(configs, after)
      if (image.topic(name)) return
      throw new EntryFailure('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
    }
    case 'broker':
      return checkBrokerConfigs(configs, name, after)
    case 'group':
      if (name === '') throw new EntryFailure('INVALID_REQUEST', 'Default group resources are not allowed.')
      return checkGroupConfigs(configs.broker(), after)
    case 'clientMetrics':
      if (name === '') throw new EntryFailure('INVALID_REQUEST', "Subscription name can't be empty")
      return checkClientMetricsConfigs(after)
    default:
      unreachable(resource, 'a kind of resource that has overrides')
  }
}
