/** THE table of config keys: everything that validates, describes, documents or reads a config is a projection of it. */
import type { ConfigKey, ConfigKeys } from './config-key'
import { brokerKeys } from './config-keys-broker'
import { clientMetricsKeys, groupKeys, ipQuotaKeys, userClientQuotaKeys } from './config-keys-entity'
import { odradekKeys } from './config-keys-odradek'
import { topicKeys } from './config-keys-topic'

export const configKeys = {
  topic: topicKeys,
  broker: brokerKeys,
  group: groupKeys,
  clientMetrics: clientMetricsKeys,
  userClientQuota: userClientQuotaKeys,
  ipQuota: ipQuotaKeys,
  odradek: odradekKeys,
} as const satisfies { readonly [scope: string]: ConfigKeys }

export type ConfigScope = keyof typeof configKeys

/** What is known of a key, or null when the scope has none of that name. */
export function configKey(scope: ConfigScope, name: string): ConfigKey | null {
  const keys: ConfigKeys = configKeys[scope]
  return Object.hasOwn(keys, name) ? keys[name]! : null
}

/** A key that may stand in server.properties: a broker's, or one of our own. */
export function staticKey(name: string): ConfigKey | null {
  return configKey('broker', name) ?? configKey('odradek', name)
}

/** Whether a key's value must never be shown. */
export const isSensitive = (key: ConfigKey): boolean => key.type === 'PASSWORD'

/** Whether a running broker refuses a new value for a broker key. */
export const isReadOnly = (key: ConfigKey): boolean => key.update === 'read-only'

/**
 * The names of a scope that are spelt most like `name`, best first: what a person probably meant. 'broker' looks among
 * our own keys too. Empty when nothing is near.
 */
export function nearestKeys(scope: ConfigScope, name: string, most = 3): string[] {
  const names = Object.keys(configKeys[scope])
  if (scope === 'broker') names.push(...Object.keys(odradekKeys))
  const asked = name.toLowerCase().slice(0, 200)
  const furthest = Math.max(2, Math.floor(asked.length / 3))
  return names
    .map(known => ({ known, distance: editDistance(asked, known.toLowerCase(), furthest) }))
    .filter(near => near.distance <= furthest)
    .sort((a, b) => a.distance - b.distance || (a.known < b.known ? -1 : 1))
    .slice(0, most)
    .map(near => near.known)
}

/** Letters to insert, remove or replace to turn `a` into `b`; gives up and says more than `furthest` once that is certain. */
function editDistance(a: string, b: string, furthest: number): number {
  if (Math.abs(a.length - b.length) > furthest) return furthest + 1
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    if (Math.min(...current) > furthest) return furthest + 1
    previous = current
  }
  return previous[b.length]!
}
