/** What is known of one config key, and the TypeScript names and types that follow from it. */

export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

export interface ConfigKey {
  readonly type: ConfigType
  /** As a person would write it; null where the key is unset until somebody sets it. */
  readonly default: string | null
  /** No default: a broker of Apache Kafka refuses to start without it. */
  readonly required?: true
  /** The values that are legal, as Kafka itself words it; `value.ts` reads this text. */
  readonly valid?: string
  /** Of a list: it has to name something. */
  readonly nonEmpty?: true
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW'
  /** Broker keys only: whether, and for whom, a running broker takes a new value. */
  readonly update?: 'read-only' | 'per-broker' | 'cluster-wide'
  /** Known to Kafka but not meant for users. */
  readonly internal?: true
  /** False where DescribeConfigs says nothing of the key. */
  readonly described?: false
  /** Broker keys that answer for this one, the first that is set wins. */
  readonly synonyms?: readonly string[]
  /** What the key does, in one sentence. */
  readonly about?: string
}

export type ConfigKeys = { readonly [name: string]: ConfigKey }

/** `auto.create.topics.enable` becomes `autoCreateTopicsEnable`. */
export type CamelName<N extends string> = N extends `${infer Head}${'.' | '_'}${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : N

type Words<T extends string> = T extends `${infer Head}, ${infer Tail}` ? Head | Words<Tail> : T

/** The literal strings that a key's `valid` text allows, or plain strings where that is not a set of words. */
type Choice<V> = V extends `[${infer Inner}]`
  ? Inner extends `${string}${'...' | ':'}${string}`
    ? string
    : Words<Inner>
  : string

type Settled<K extends ConfigKey> = K['type'] extends 'BOOLEAN'
  ? boolean
  : K['type'] extends 'INT' | 'SHORT' | 'LONG' | 'DOUBLE'
    ? number
    : K['type'] extends 'LIST'
      ? readonly Choice<K['valid']>[]
      : Choice<K['valid']>

type Unset<K extends ConfigKey> = K extends { required: true } ? never : K['default'] extends null ? null : never

/** The value a key has in TypeScript; null where it may be unset. LONGs past 2^53 - 1 are that number. */
export type ConfigValue<K extends ConfigKey> = Settled<K> | Unset<K>

/** A table of keys read as an object: one property a key. */
export type TypedConfigs<T extends ConfigKeys> = {
  readonly [N in keyof T & string as CamelName<N>]: ConfigValue<T[N]>
}

/** The property name of a key; agrees with `CamelName`. */
export function camelName(key: string): string {
  return key.replace(/[._](.)/g, (_, letter: string) => letter.toUpperCase())
}
