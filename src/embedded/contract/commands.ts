/** What a broker in a test can be asked, wherever it runs. Everything here can be copied from one thread to another. */
import type { EventName, ToldEvent } from './cluster-events'
import type { ResetOptions, StartOptions, TopicSpec } from './options'
import type { LoggedRequest } from './logged-request'
import type { Decision, Question } from './question'

export interface NodeFacts {
  readonly id: number
  /** Of the first listener. */
  readonly host: string
  readonly port: number
  /** In the order of `listeners`. */
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[]
  /** At the moment when it is told. */
  readonly isUp: boolean
}

export interface ClusterFacts {
  /** By which it is named in further commands. */
  readonly cluster: number
  /** Of the first node. */
  readonly host: string
  readonly port: number
  /** At least one. */
  readonly nodes: readonly NodeFacts[]
  readonly clusterId: string
}

/** A connection that is open. */
export interface ClientFacts {
  readonly clientId: string | null
  /** As ApiVersions told it (KIP-511), `unknown` otherwise. */
  readonly software: string
  /** The port at the client's end. */
  readonly port: number
  readonly host: string
  readonly produces: boolean
  readonly fetches: boolean
  /** Memberships that this connection has spoken for. */
  readonly members: readonly { readonly group: string; readonly memberId: string }[]
}

export interface RawHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

export interface ToProduce {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
  /** Null leaves the choice to the key. */
  readonly partition: number | null
  /** Null is now. */
  readonly timestampMs: number | null
}

export interface Written {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
}

export interface RawRecord extends Written {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}

/** Where reading begins or ends in each partition: an offset, an end of the log, or the first record at or after a time. */
export type OffsetSpec = number | 'start' | 'end' | { readonly timestampMs: number }

export interface ReadAsk {
  readonly topic: string
  /** Null is all. */
  readonly partition: number | null
  readonly from: OffsetSpec
  /** Where it ends: what is there is not read. To the end when it is null or left out. */
  readonly to?: OffsetSpec | null
  /** Where an earlier answer ended, by partition. */
  readonly next: readonly (readonly [partition: number, offset: number])[]
  /** Of an earlier answer, to which `next` belongs; null or left out in the first. */
  readonly life?: string | null
  /** How long to wait for a first record. */
  readonly waitMs: number
  /** Who asks comes again when that is over: whether there can be a record at all is asked in the end. */
  readonly goesOn?: boolean
}

export interface ReadAnswer {
  readonly records: readonly RawRecord[]
  readonly next: readonly (readonly [partition: number, offset: number])[]
  /** Of the topic, which a reset, a restore and whoever deletes it end; empty while there is no such topic. */
  readonly life: string
  /** Whether it is another than asked for: these are the first records of it, and those read before are no more. */
  readonly isAnew: boolean
  /** What is left of the time to wait; -1 when it was over before there was a record. */
  readonly leftMs: number
  /** What a clock says that goes on evenly. */
  readonly nowMs: number
  /** Why there can be none: there is no such topic. Null when there is one, or time is not up. */
  readonly without: string | null
}

/** As `createTopics` would make it again. */
export interface TopicFacts {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  /** What was set on it, by Kafka's names; not what it has of the broker. */
  readonly config: { readonly [key: string]: string }
}

export interface MemberFacts {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  readonly assigned: readonly { readonly topic: string; readonly partition: number }[]
}

/** Of a partition that a group is assigned or has committed. */
export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** Null when nothing was. */
  readonly committed: number | null
  readonly end: number
  /** Between what was committed, or the start of the log, and its end. */
  readonly records: number
  /** The age of the first of these; 0 when there is none. */
  readonly seconds: number
}

export interface GroupFacts {
  readonly group: string
  /** As Kafka tells it: `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Stable`, `Dead`. */
  readonly state: string
  readonly members: readonly MemberFacts[]
  readonly lag: readonly PartitionLag[]
}

export interface GroupWish {
  readonly state: string | null
  readonly members: number | null
  /** Topics of which partitions are assigned. */
  readonly assigned: readonly string[]
  readonly caughtUp: boolean
}

export interface RequestFilter {
  readonly api: string | null
  readonly clientId: string | null
}

/** What can be made to happen to a cluster at the moment when a request comes. */
export const happenings = ['disconnectAll', 'rebalance', 'evict', 'fence'] as const
export type Happening = (typeof happenings)[number]

export type FaultEffect =
  /** Refused, where the fault names a topic for that topic alone. `after` what was asked has been done all the same. */
  | { readonly does: 'error'; readonly error: string; readonly after: boolean }
  | { readonly does: 'delay' | 'throttle'; readonly ms: number }
  /** Ends the connection instead of an answer. */
  | { readonly does: 'drop'; readonly after: boolean }
  /** The answer comes twice. */
  | { readonly does: 'repeat' | 'diskFull' }
  /** The function of that number is asked, and has so long to answer. */
  | { readonly does: 'ask'; readonly asks: number; readonly timeoutMs: number }
  /** Before the request is served. To all groups where neither the fault nor the request names one. */
  | { readonly does: Happening }

export interface Fault {
  /** As `Produce`; `*` is every API. */
  readonly apis: readonly string[]
  readonly topic: string | null
  /** Of that topic; null is all. */
  readonly partition: number | null
  readonly group: string | null
  readonly transactionalId: string | null
  readonly clientId: string | null
  /** The id of the node that is asked; null is any. */
  readonly node: number | null
  /** So many requests pass before the first that it befalls. */
  readonly skip: number
  /** Null is until it is lifted. */
  readonly times: number | null
  readonly effect: FaultEffect
}

export interface Commands {
  readonly start: { readonly takes: StartOptions; readonly gives: ClusterFacts }
  /** Gives those who had not disconnected. */
  readonly stop: { readonly takes: { readonly drainMs: number }; readonly gives: readonly ClientFacts[] }
  readonly facts: { readonly takes: null; readonly gives: ClusterFacts }
  /** Opens the control port of the engine, once for all of its clusters, and gives its address. */
  readonly control: { readonly takes: null; readonly gives: string }
  readonly connections: { readonly takes: null; readonly gives: readonly ClientFacts[] }
  /** Those that are not there yet. */
  readonly seedTopics: { readonly takes: readonly TopicSpec[]; readonly gives: null }
  /** In the order of their names, without internal ones. */
  readonly topics: { readonly takes: null; readonly gives: readonly TopicFacts[] }
  readonly createTopics: { readonly takes: readonly TopicSpec[]; readonly gives: null }
  readonly deleteTopics: { readonly takes: readonly string[]; readonly gives: null }
  readonly stopNode: { readonly takes: number; readonly gives: null }
  readonly startNode: { readonly takes: number; readonly gives: null }
  readonly moveLeader: {
    readonly takes: { readonly topic: string; readonly partition: number; readonly to: number }
    readonly gives: null
  }
  /** Null while nobody leads. */
  readonly leaderOf: {
    readonly takes: { readonly topic: string; readonly partition: number }
    readonly gives: number | null
  }
  /** A cluster of its own; of the present when `from` is null, with nothing when it is `empty`. */
  readonly fork: { readonly takes: { readonly from: SnapshotKey | null }; readonly gives: ClusterFacts }
  /** Takes a name for it, or null. Gives the number of what was kept. */
  readonly snapshot: { readonly takes: string | null; readonly gives: number }
  readonly restore: { readonly takes: SnapshotKey; readonly gives: null }
  readonly dropSnapshot: { readonly takes: SnapshotKey; readonly gives: null }
  readonly reset: { readonly takes: ResetOptions; readonly gives: null }
  /** Moves the time of a cluster; gives what its clock says then. */
  readonly time: {
    readonly takes:
      | { readonly move: 'none' | 'resume' }
      | { readonly move: 'advance'; readonly byMs: number }
      | { readonly move: 'freeze'; readonly atMs: number | null }
    readonly gives: number
  }
  /** From here on these are told, and no others. Throws for a name that nobody knows. */
  readonly listen: { readonly takes: readonly EventName[]; readonly gives: null }
  readonly requests: { readonly takes: RequestFilter; readonly gives: readonly LoggedRequest[] }
  /** Gives the number by which it is lifted. */
  readonly addFault: { readonly takes: Fault; readonly gives: number }
  readonly liftFault: { readonly takes: number; readonly gives: null }
  readonly clearFaults: { readonly takes: null; readonly gives: null }
  /** What becomes of a request of which a function was asked. Throws for what cannot be. */
  readonly decide: { readonly takes: { readonly question: number; readonly decision: Decision }; readonly gives: null }
  /** How many requests it has befallen. */
  readonly faultHits: { readonly takes: number; readonly gives: number }
  /** Makes something happen now, to a group or a transactional id, or to all groups; gives how many it happened to. */
  readonly happen: {
    readonly takes: { readonly what: Happening; readonly to: string | null }
    readonly gives: number
  }
  /** From here on there is no room on the disk, or there is again. */
  readonly fillDisk: { readonly takes: boolean; readonly gives: null }
  readonly produce: {
    readonly takes: { readonly topic: string; readonly records: readonly ToProduce[] }
    readonly gives: readonly Written[]
  }
  readonly read: { readonly takes: ReadAsk; readonly gives: ReadAnswer }
  readonly group: { readonly takes: string; readonly gives: GroupFacts }
  /** `isSo` is false when time was up first; `trouble` is why the coordinator could not tell then. */
  readonly waitForGroup: {
    readonly takes: { readonly group: string; readonly wish: GroupWish; readonly waitMs: number }
    readonly gives: { readonly isSo: boolean; readonly facts: GroupFacts; readonly trouble: string | null }
  }
}

export type Command = keyof Commands
export type Takes<C extends Command> = Commands[C]['takes']
export type Gives<C extends Command> = Commands[C]['gives']

/** Where commands go. Rejects with BrokerError. */
export interface Engine {
  ask<C extends Command>(cluster: number, command: C, argument: Takes<C>): Promise<Gives<C>>
  /** Ends everything that still runs, and gives back what it ran on. */
  close(): Promise<void>
}

/** A snapshot by its number, or by its name. */
export type SnapshotKey = number | string

export interface EngineEvents {
  /** A line of the broker's log. */
  log(line: string): void
  /** What it ran in has ended, without having been told to. */
  gone?(why: string): void
  /** Of what the command `listen` has asked for. */
  event?(cluster: number, event: ToldEvent): void
  /** A function is asked; the command `decide` answers. */
  question?(cluster: number, question: Question): void
}

/**
 * The broker refused, or is gone. `code` is Kafka's name of an error, or the system's (`EADDRINUSE`), or `BROKER_STOPPED`, or
 * `BROKER_GONE` when the thread or process that it ran in has ended; null without one, as when a wait was in vain.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly code: string | null

  constructor(message: string, code: string | null) {
    super(message)
    this.code = code
  }
}

/** What somebody else has, as far as the error knows: a port, or a data directory. */
export interface Taken {
  readonly port?: number
  readonly dir?: string
}

/** As it comes from where the broker runs. */
export class ToldBrokerError extends BrokerError {
  readonly #taken: Taken | null

  constructor({ message, code, taken = null }: ToldError) {
    super(message, code)
    this.#taken = taken
  }

  /** For those who tell of it: it is not shown with the error. */
  get taken(): Taken | null {
    return this.#taken
  }
}

/** An error as it travels. */
export interface ToldError {
  readonly message: string
  readonly code: string | null
  readonly taken?: Taken | null
}

export function toldError(error: unknown): ToldError {
  if (!isErrorLike(error)) return { message: String(error), code: null }
  const { code, error: kafka } = error as { code?: unknown; error?: unknown }
  const named = [kafka, code].find(one => typeof one === 'string')
  const taken = takenIn(error)
  return { message: error.message, code: (named as string | undefined) ?? null, ...(taken && { taken }) }
}

/** Where a test runner has its own globals, errors of the system are not of the class that is called Error there. */
const isErrorLike = (error: unknown): error is Error =>
  typeof error === 'object' && error !== null && typeof (error as Partial<Error>).message === 'string'

function takenIn(error: Error): Taken | null {
  const { code, port, reason, path, taken } = error as { [field in 'code' | 'port' | 'reason' | 'path']?: unknown } & {
    taken?: Taken
  }
  if (taken) return taken
  if (code === 'EADDRINUSE' && typeof port === 'number') return { port }
  return error.name === 'DirectoryRefused' && reason === 'locked' ? { dir: String(path) } : null
}

/** How messages between the two look. */
export type Asked = { [C in Command]: { id: number; cluster: number; command: C; argument: Takes<C> } }[Command]
export type Told =
  | { readonly id: number; readonly answer: unknown; readonly error?: never }
  | { readonly id: number; readonly error: ToldError; readonly answer?: never }
  | { readonly id: null; readonly log: string }
  | { readonly id: null; readonly cluster: number; readonly event: ToldEvent }
  | { readonly id: null; readonly cluster: number; readonly question: Question }
