/** THE table of config keys: everything that validates, describes, documents or reads a config is a projection of it. */
import { nearestNames } from '../../platform/nearest'
import type { ConfigKey, ConfigKeys } from './key'
import { authorizerKeys } from './keys-authorizer'
import { brokerKeys } from './keys-broker'
import { clientMetricsKeys, groupKeys, ipQuotaKeys, userClientQuotaKeys } from './keys-entity'
import { odradekKeys } from './keys-odradek'
import { throttleKeys } from './keys-throttle'
import { topicKeys } from './keys-topic'

export const configKeys = {
  topic: topicKeys,
  broker: brokerKeys,
  throttle: throttleKeys,
  group: groupKeys,
  clientMetrics: clientMetricsKeys,
  userClientQuota: userClientQuotaKeys,
  ipQuota: ipQuotaKeys,
  authorizer: authorizerKeys,
  odradek: odradekKeys,
} as const satisfies { readonly [scope: string]: ConfigKeys }

export type ConfigScope = keyof typeof configKeys

/** What is known of a key, or null when the scope has none of that name. */
export function configKey(scope: ConfigScope, name: string): ConfigKey | null {
  const keys: ConfigKeys = configKeys[scope]
  return Object.hasOwn(keys, name) ? keys[name]! : null
}

/** A key that may stand in server.properties: a broker's, its authorizer's, or one of our own. */
export function staticKey(name: string): ConfigKey | null {
  return configKey('broker', name) ?? configKey('odradek', name) ?? configKey('authorizer', name)
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
  return nearestNames(names, name, most)
}
