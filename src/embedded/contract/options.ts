/** What `startBroker` takes, and what is wrong with what it was given. */
import type { Profile } from '../../node/config/profiles'
import { type SaslUser, saslOptions, saslSettings, type ScramUser, scramUsersOf } from './users'
import { type Log, logKind, logLevelOf } from './log-sink'
import { flag, isObject, isText, kind, listOf, mapOf, oneOf, shape, some, text, wholeNumber } from './kinds'

export interface TopicSpec {
  readonly name: string
  /** The broker's default (`num.partitions`) when left out. */
  readonly partitions?: number
  /** The broker's default (`default.replication.factor`) when left out: as many as there are nodes, three at most. */
  readonly replicationFactor?: number
  /** Topic configs by Kafka's names, as `{ 'cleanup.policy': 'compact' }`. */
  readonly config?: { readonly [key: string]: string | number | boolean }
}

/**
 * Where the broker runs. `worker` is a thread of this process: code under test that keeps the processor busy, or fake
 * timers, do not reach it. `inline` is this very thread, `process` a process of its own.
 */
export type Isolation = 'worker' | 'inline' | 'process'

export interface BrokerOptions {
  /** Where to listen: 127.0.0.1 and a free port by default. */
  readonly host?: string
  readonly port?: number
  /** What clients are told: `HOST`, `HOST:PORT`, or `auto` (default), the address by which each of them came. */
  readonly advertise?: string
  /** How many nodes the cluster has, 1 by default: each at a port of its own, from `port` on or free ones. */
  readonly brokers?: number
  readonly isolation?: Isolation
  /** Memory by default. A directory keeps everything; `always` acknowledges only what is on the disk. */
  readonly storage?: 'memory' | { readonly dir: string; readonly fsync?: 'always' | 'never' }
  /** Topics that are there, with leaders, when the broker has started. Those a directory holds already stay as they are. */
  readonly topics?: string | TopicSpec | readonly (string | TopicSpec)[]
  /** Broker configs by Kafka's names. What nobody knows is refused. */
  readonly config?: { readonly [key: string]: string | number | boolean }
  /** `test` by default: Kafka without the waits that only hurt in a test. `strict` is Kafka as it is. */
  readonly profile?: Profile
  /** A release of Apache Kafka, as `'2.8'`: its APIs, versions and features are advertised, and no others are served. */
  readonly asVersion?: string
  /**
   * Clients have to say who they are: by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. Who may do what is up to `config`: anything
   * without an `authorizer.class.name`.
   */
  readonly sasl?: { readonly users: readonly SaslUser[] }
  /** Opens a port by which programs in other languages move the time, make faults, fork: `broker.controlUrl`. */
  readonly control?: boolean
  /** Lines of the broker's log from this level up go to standard error; all of `warn` and above to a function; or to a logger. */
  readonly log?: Log
}

/** `BrokerOptions` as it travels to where the broker runs. */
export interface StartOptions {
  readonly host: string
  readonly port: number
  readonly advertise: string | null
  readonly brokers: number
  readonly dataDir: string | null
  readonly flush: 'group' | 'os' | null
  readonly profile: string
  readonly asVersion: string | null
  readonly logLevel: string
  readonly set: readonly string[]
  readonly scramUsers: readonly ScramUser[]
  readonly topics: readonly TopicSpec[]
}

export interface ResetOptions {
  /** Topics that were made since stay, with their configs. Their records go, as by DeleteRecords: offsets go on. */
  readonly keepTopics: boolean
  /** Groups stay, with what they committed. */
  readonly keepGroups: boolean
}

const setting = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)
const config = mapOf('an object of texts, numbers and booleans by names of configs', setting)

const topicSpec = shape<TopicSpec>({ name: text, partitions: wholeNumber, replicationFactor: wholeNumber, config }, [
  'name',
])

const directoryOptions = shape<{ dir: string; fsync?: string }>({ dir: text, fsync: oneOf('always', 'never') }, ['dir'])

/** Each has a port, coordinators and sessions. */
const nodesMax = 9

const between = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most

const memory = kind("'memory' or { dir, fsync }", value => value === 'memory')

const brokerOptions = shape<BrokerOptions>({
  host: kind("a name or an address, as '127.0.0.1' or '0.0.0.0'", value => isText(value) && value.trim() !== ''),
  port: kind('a port, from 0 to 65535', between(0, 65_535)),
  advertise: text,
  brokers: kind(`how many nodes there are, from 1 to ${nodesMax}`, between(1, nodesMax)),
  isolation: oneOf('worker', 'inline', 'process'),
  storage: (value, what) => (isObject(value) ? directoryOptions(value, what) : memory(value, what)),
  topics: some(value => void topicSpecOf(value as TopicSpec)),
  config,
  profile: text,
  asVersion: text,
  sasl: saslOptions,
  control: flag,
  log: logKind,
})

/** Throws TypeError. What only Kafka's rules know is refused where the broker runs. */
export function checkOptions(options: BrokerOptions): void {
  brokerOptions(options, 'startBroker')
  const directory = ['log.dirs', 'log.dir'].find(key => options.config?.[key] !== undefined)
  if (directory !== undefined) {
    throw new TypeError(
      `${directory} of config of startBroker: where records are kept is for storage to say, as { dir }.`,
    )
  }
  const listening = ['listeners', 'listener.security.protocol.map'].find(key => options.config?.[key] !== undefined)
  if (options.sasl !== undefined && listening !== undefined) {
    throw new TypeError(
      `sasl of startBroker opens the one listener that there is, and config has ${listening}: give one of them.`,
    )
  }
}

/** Throws TypeError. */
export function topicSpecOf(given: string | TopicSpec): TopicSpec {
  if (isText(given)) return { name: given }
  topicSpec(given, 'a topic')
  return given
}

export function startOptionsOf(options: BrokerOptions): StartOptions {
  const { host = '127.0.0.1', port = 0, brokers = 1, storage = 'memory', profile = 'test' } = options
  const { topics = [], config = {}, asVersion = null, advertise = null, log } = options
  const users = options.sasl?.users ?? []
  const directory = storage === 'memory' ? null : storage
  const fsync = directory?.fsync
  return {
    host,
    port,
    advertise,
    brokers,
    dataDir: directory === null ? null : directory.dir,
    flush: fsync === undefined ? null : fsync === 'always' ? 'group' : 'os',
    profile,
    asVersion,
    logLevel: logLevelOf(log),
    set: [
      ...(users.length === 0 ? [] : saslSettings(users)),
      ...Object.entries(config).map(([key, value]) => `${key}=${value}`),
    ],
    scramUsers: scramUsersOf(users),
    topics: listOf(topics).map(topicSpecOf),
  }
}
