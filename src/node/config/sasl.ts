/** What the settings of a listener say of SASL: its mechanisms, the users of PLAIN, and how long a session lasts. */
import { scramMechanisms } from '../../metadata/users/scram'

export interface SaslConfig {
  readonly mechanisms: readonly string[]
  /** Passwords by the names of users. */
  readonly plainUsers: ReadonlyMap<string, string>
  /** `connections.max.reauth.ms` by mechanism. */
  readonly maxReauthMs: ReadonlyMap<string, number>
}

/** What is about those who say who they are; also of one listener. */
export const keysOfSasl: ReadonlySet<string> = new Set([
  'connections.max.reauth.ms',
  'sasl.enabled.mechanisms',
  'sasl.jaas.config',
  'sasl.server.max.receive.size',
])

type Texts = ReadonlyMap<string, string>

const served: readonly string[] = ['PLAIN', ...scramMechanisms.map(({ name }) => name)]

/** What a key of one listener and mechanism begins with, whatever they are. */
export const listenerPrefix = /^listener\.name\.[^.]+\.(?:(?:plain|scram-sha-256|scram-sha-512)\.)?/

/** Adds what is wrong to `problems`. */
export function saslOf(listener: string, texts: Texts, problems: string[]): SaslConfig {
  const own = `listener.name.${listener.toLowerCase()}.`
  const mechanisms = (texts.get(`${own}sasl.enabled.mechanisms`) ?? texts.get('sasl.enabled.mechanisms') ?? 'GSSAPI')
    .split(',')
    .map(mechanism => mechanism.trim())
    .filter(mechanism => mechanism !== '')
  const strange = mechanisms.find(mechanism => !served.includes(mechanism))
  if (strange !== undefined) {
    problems.push(`sasl.enabled.mechanisms: ${strange} is not served. Write some of ${served.join(', ')}.`)
  }
  if (mechanisms.length === 0) problems.push('sasl.enabled.mechanisms names none, so that nobody could come in.')
  const jaasKey = `${own}plain.sasl.jaas.config`
  const jaas = texts.get(jaasKey)
  if (mechanisms.includes('PLAIN') && jaas === undefined) {
    problems.push(`SASL PLAIN needs users: ${jaasKey}=${plainModule} required user_NAME="password";`)
  }
  const maxReauthMs = new Map(
    mechanisms.map(mechanism => {
      const key = 'connections.max.reauth.ms'
      const text = texts.get(`${own}${mechanism.toLowerCase()}.${key}`) ?? texts.get(`${own}${key}`) ?? texts.get(key)
      return [mechanism, Number(text ?? 0)]
    }),
  )
  return { mechanisms, plainUsers: jaas === undefined ? new Map() : plainUsers(jaasKey, jaas, problems), maxReauthMs }
}

const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule'

/** Options are name="value", with a backslash before quotes and backslashes. */
function plainUsers(key: string, jaas: string, problems: string[]): ReadonlyMap<string, string> {
  if (!jaas.trim().startsWith(plainModule)) problems.push(`${key} has to begin with ${plainModule} required`)
  const options = jaas.matchAll(/([\w.@-]+)\s*=\s*"((?:[^"\\]|\\.)*)"/gs)
  const users = new Map<string, string>()
  for (const [, name = '', value = ''] of options) {
    if (name.startsWith('user_')) users.set(name.slice('user_'.length), value.replace(/\\(.)/gs, '$1'))
  }
  return users
}
