/** Settings of brokers that ask who somebody is and what he may do, the same for Apache Kafka and for ours; and of who comes in there. */

export type Settings = Readonly<Record<string, string>>

/** Access rules are in force. Nobody is denied anything that no rule is about, since a Kafka of one node is its own client. */
export const authorizerSettings: Settings = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
}

const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule required'

export interface SaslUsers {
  /** Passwords of the users of PLAIN, `admin` among them: a Kafka comes to itself as that one. */
  readonly users: Readonly<Record<string, string>> & { readonly admin: string }
  readonly scram: readonly ('SCRAM-SHA-256' | 'SCRAM-SHA-512')[]
}

/** A listener SASL_PLAINTEXT for PLAIN and SCRAM. */
export function saslSettingsOf({ users, scram }: SaslUsers): Settings {
  const own = 'listener.name.sasl_plaintext.'
  const all = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`)
  return {
    'sasl.enabled.mechanisms': ['PLAIN', ...scram].join(','),
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    [`${own}plain.sasl.jaas.config`]: `${plainModule} username="admin" password="${users.admin}" ${all.join(' ')};`,
    ...Object.fromEntries(scram.map(name => [`${own}${name.toLowerCase()}.sasl.jaas.config`, `${scramModule};`])),
  }
}

const clientOf = (mechanism: string, login: string): string =>
  ['security.protocol=SASL_PLAINTEXT', `sasl.mechanism=${mechanism}`, `sasl.jaas.config=${login};`, ''].join('\n')

/** A file for a tool of Java's client that comes in by PLAIN. */
export const plainClient = (name: string, password: string): string =>
  clientOf('PLAIN', `${plainModule} username="${name}" password="${password}"`)

/** One by SCRAM. */
export const scramClient = (mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512', name: string, password: string): string =>
  clientOf(mechanism, `${scramModule} username="${name}" password="${password}"`)

/** One for who has nothing but a delegation token. */
export const tokenClient = (id: string, hmac: string): string =>
  clientOf('SCRAM-SHA-256', `${scramModule} username="${id}" password="${hmac}" tokenauth="true"`)
