/** Config resources as requests name them: kinds by number, brokers by their id in decimal. */
import type { Call } from '../call/call'
import { errors } from '../protocol/errors'
import { clusterName, denials } from '../security/access-control'
import type { Broker } from './broker'
import { failed, type EntryOutcome } from '../metadata/decision'
import { configResources, type ConfigResource } from '../metadata/image/image'

const kinds = new Map<number, ConfigResource>(
  (Object.keys(configResources) as ConfigResource[]).map(kind => [configResources[kind], kind]),
)

/** The kind that a number stands for; null for numbers that stand for none. */
export const resourceOf = (type: number): ConfigResource | null => kinds.get(type) ?? null

/** The integer that a text is; null when it is none. */
export const idOf = (name: string): number | null => (/^[+-]?\d{1,10}$/.test(name) ? Number(name) : null)

/** The error for who may not do so with the configs of a resource; null for who may. */
export function configDenial(
  { access }: Broker,
  call: Call,
  operation: 'DESCRIBE_CONFIGS' | 'ALTER_CONFIGS',
  { resourceType, resourceName }: Named,
): EntryOutcome | null {
  const kind = resourceOf(resourceType)
  const resource = kind === 'topic' || kind === 'group' ? kind : 'cluster'
  if (access.isAllowed(call, operation, resource, resource === 'cluster' ? clusterName : resourceName)) return null
  // Kafka has no text for a broker that is to be altered.
  const isOfBroker = kind === 'broker' || kind === 'brokerLogger'
  const says = isOfBroker && operation === 'ALTER_CONFIGS' ? null : errors[denials[resource]].says
  return failed(denials[resource], says)
}

interface Named {
  readonly resourceType: number
  readonly resourceName: string
}

/** Resources that stand in a request more than once: every one of them is refused. */
export function repeated<R extends Named>(resources: readonly R[]): ReadonlySet<R> {
  const byKey = new Map<string, R[]>()
  for (const resource of resources) {
    const key = `${resource.resourceType}/${resource.resourceName}`
    byKey.set(key, [...(byKey.get(key) ?? []), resource])
  }
  return new Set([...byKey.values()].filter(same => same.length > 1).flat())
}

interface Assignment {
  readonly name: string
  readonly value: string | null
}

/** What is wrong with the list of keys of an alteration, whatever they are; null when nothing is. */
export function listProblem(
  configs: readonly Assignment[],
  mayBeNull: (config: Assignment) => boolean,
): EntryOutcome | null {
  if (new Set(configs.map(({ name }) => name)).size < configs.length) {
    return failed('INVALID_REQUEST', 'Error due to duplicate config keys')
  }
  const unset = configs.filter(config => config.value === null && !mayBeNull(config))
  if (unset.length === 0) return null
  const names = unset.map(({ name }) => name).join(', ')
  return failed('INVALID_REQUEST', `Null value not supported for : ${names}`)
}

/** What is wrong with the broker that an alteration names; null when nothing is. '' stands for all brokers. */
export function brokerProblem(name: string, brokerId: number): EntryOutcome | null {
  if (name === '') return null
  const id = idOf(name)
  if (id === null) return failed('INVALID_REQUEST', `Node id must be an integer, but it is: ${name}`)
  if (id === brokerId) return null
  return failed('INVALID_REQUEST', `Unexpected broker id, expected ${brokerId}, but received ${name}`)
}
