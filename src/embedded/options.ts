/** What `startBroker` takes, and what is wrong with what it was given. */
import { nearestNames } from '../platform/nearest'
import type { Profile } from '../node/config-profiles'

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

export type Log = 'silent' | 'error' | 'warn' | 'info' | 'debug' | ((line: string) => void)

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
  readonly topics?: readonly (string | TopicSpec)[]
  /** Broker configs by Kafka's names. What nobody knows is refused. */
  readonly config?: { readonly [key: string]: string | number | boolean }
  /** `test` by default: Kafka without the waits that only hurt in a test. `strict` is Kafka as it is. */
  readonly profile?: Profile
  /** A release of Apache Kafka, as `'2.8'`: its APIs, versions and features are advertised, and no others are served. */
  readonly asVersion?: string
  /** Opens a port by which programs in other languages move the time, make faults, fork: `broker.controlUrl`. */
  readonly control?: boolean
  /** Lines of the broker's log from this level up go to standard error, or all of `warn` and above to a function. */
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
  readonly topics: readonly TopicSpec[]
}

export interface ResetOptions {
  /** Topics that were made since stay, with their configs. Their records go, as by DeleteRecords: offsets go on. */
  readonly keepTopics: boolean
  /** Groups stay, with what they committed. */
  readonly keepGroups: boolean
}

const known: { readonly [K in keyof Required<BrokerOptions>]: true } = {
  host: true,
  port: true,
  advertise: true,
  brokers: true,
  isolation: true,
  storage: true,
  topics: true,
  config: true,
  profile: true,
  asVersion: true,
  control: true,
  log: true,
}

/** Throws TypeError, with the nearest name that is known, for one that nobody knows. */
export function onlyKnown(given: object, names: readonly string[], what: string): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const [near] = nearestNames(names, name, 1)
    throw new TypeError(`${what} has no option '${name}'.${near === undefined ? '' : ` Did you mean ${near}?`}`)
  }
}

/** Each has a port, coordinators and sessions. */
const nodesMax = 9

/** Throws TypeError. */
export function checkOptions(options: BrokerOptions): void {
  onlyKnown(options, Object.keys(known), 'startBroker')
  const { isolation = 'worker', port = 0, brokers = 1 } = options
  if (!['worker', 'inline', 'process'].includes(isolation)) {
    throw new TypeError(`isolation is 'worker', 'inline' or 'process', not '${String(isolation)}'.`)
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`${port} is no port.`)
  if (!Number.isInteger(brokers) || brokers < 1 || brokers > nodesMax) {
    throw new TypeError(`brokers is how many nodes there are, from 1 to ${nodesMax}, not ${String(brokers)}.`)
  }
}

export const topicSpecOf = (topic: string | TopicSpec): TopicSpec =>
  typeof topic === 'string' ? { name: topic } : topic

export function startOptionsOf(options: BrokerOptions): StartOptions {
  const { host = '127.0.0.1', port = 0, brokers = 1, storage = 'memory', profile = 'test' } = options
  const { topics = [], config = {}, asVersion = null, advertise = null, log } = options
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
    logLevel: log === 'silent' ? 'error' : typeof log === 'string' ? log : 'warn',
    set: Object.entries(config).map(([key, value]) => `${key}=${value}`),
    topics: topics.map(topicSpecOf),
  }
}
