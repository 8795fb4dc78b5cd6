/** The option `sasl`: users who may come in, by a listener that asks everybody who he is. */
import type { ScramMechanism } from '../../metadata/users/scram'
import { kind, oneOf, shape, some } from './kinds'

export type SaslMechanism = 'PLAIN' | ScramMechanism['name']

export interface SaslUser {
  readonly name: string
  readonly password: string
  /** By which he comes in; by any of them when left out. */
  readonly mechanism?: SaslMechanism
}

/** What the broker keeps of one who comes in by SCRAM. */
export interface ScramUser {
  readonly name: string
  readonly password: string
  /** One of SCRAM. */
  readonly mechanism: string
}

const known: { readonly [M in SaslMechanism]: true } = { PLAIN: true, 'SCRAM-SHA-256': true, 'SCRAM-SHA-512': true }
const mechanisms = Object.keys(known) as readonly SaslMechanism[]
/** What a name in the settings of PLAIN is made of. */
const namePattern = /^[\w.@-]+$/

const saslUser = shape<SaslUser>(
  {
    name: kind("a name of letters, digits, '.', '_', '@' and '-'", value => namePattern.test(String(value))),
    password: kind('a text that is not empty', value => typeof value === 'string' && value !== ''),
    mechanism: oneOf(...mechanisms),
  },
  ['name', 'password'],
)

const options = shape<{ users: unknown }>({ users: some(saslUser) }, ['users'])

/** Throws TypeError. */
export function saslOptions(value: unknown, what: string): void {
  options(value, what)
  const { users } = value as { readonly users: readonly SaslUser[] }
  if (!Array.isArray(users) || users.length === 0) throw new TypeError(`users of ${what} is a list of one or more.`)
  const seen = new Set<string>()
  for (const user of users as readonly SaslUser[]) {
    for (const mechanism of mechanismsOf(user)) {
      const key = `${user.name} ${mechanism}`
      if (seen.has(key)) throw new TypeError(`${what} has ${user.name} twice for ${mechanism}.`)
      seen.add(key)
    }
  }
}

const mechanismsOf = ({ mechanism }: SaslUser): readonly SaslMechanism[] =>
  mechanism === undefined ? mechanisms : [mechanism]

/** As `--set` has them: the one listener, and who may come in by PLAIN. */
export function saslSettings(users: readonly SaslUser[]): string[] {
  const enabled = mechanisms.filter(one => users.some(user => mechanismsOf(user).includes(one)))
  const plain = users.filter(user => mechanismsOf(user).includes('PLAIN'))
  const jaas = plain.map(({ name, password }) => `user_${name}="${password.replace(/[\\"]/g, '\\$&')}"`).join(' ')
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
  return [
    'listeners=SASL_PLAINTEXT://:0',
    `sasl.enabled.mechanisms=${enabled.join(',')}`,
    ...(plain.length === 0 ? [] : [`listener.name.sasl_plaintext.plain.sasl.jaas.config=${module} required ${jaas};`]),
  ]
}

export const scramUsersOf = (users: readonly SaslUser[]): ScramUser[] =>
  users.flatMap(user =>
    mechanismsOf(user)
      .filter(mechanism => mechanism !== 'PLAIN')
      .map(mechanism => ({ name: user.name, password: user.password, mechanism })),
  )
