/** Keys that are said of one listener alone: `listener.name.NAME.KEY`, and of SASL `listener.name.NAME.MECHANISM.KEY`. */
import type { ConfigKey } from './key'
import { configKey } from './keys'

const shape = /^(listener\.name\.[^.]*\.)(.*)$/s

/** Keys before which the name of a mechanism may stand as well. */
const keysOfMechanisms = [
  'sasl.jaas.config',
  'sasl.login.callback.handler.class',
  'sasl.login.class',
  'sasl.server.callback.handler.class',
  'connections.max.reauth.ms',
]

export interface ListenerKey {
  /** With the dot at its end, as it was written: listeners that there are have theirs in small letters. */
  readonly prefix: string
  /** What stands behind the prefix. */
  readonly rest: string
  /** The broker's key that it says for the listener; nobody may know it. */
  readonly base: string
}

/** Null for the name of another key. */
export function listenerKey(name: string): ListenerKey | null {
  const match = shape.exec(name)
  if (match === null) return null
  const [, prefix, rest] = match as unknown as [string, string, string]
  return { prefix, rest, base: keysOfMechanisms.find(key => rest.endsWith(key)) ?? rest }
}

/** What is known of a name that a running broker may be told to set; null when nobody knows it. */
export function runtimeKey(name: string): ConfigKey | null {
  const { base } = listenerKey(name) ?? { base: name }
  return configKey('broker', base) ?? configKey('throttle', base)
}

/** What the names of a broker's listeners are followed by in such keys: `listeners` is the text of that config. */
export function listenerPrefixes(listeners: string | null): readonly string[] {
  const each = (listeners ?? '').split(',').map(one => one.trim().split(':')[0]!)
  return each.filter(Boolean).map(name => `listener.name.${name.toLowerCase()}.`)
}
