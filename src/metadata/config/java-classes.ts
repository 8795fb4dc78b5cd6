/** Configs that name a class of Java: there is none here but those that Kafka itself brings, and what they do is built in. */
import type { ConfigKey } from './key'

const broughtByKafka = new Map([
  ['ssl.engine.factory.class', 'org.apache.kafka.common.security.ssl.DefaultSslEngineFactory'],
])

/** What Kafka says where it finds no such class; null when it is one that needs not be found, or no class is meant. */
export function classProblem(name: string, key: ConfigKey, text: string): string | null {
  if (key.type !== 'CLASS' || text.trim() === (key.default ?? broughtByKafka.get(name))) return null
  return `Invalid value ${text} for configuration ${name}: Class ${text} could not be found.`
}
