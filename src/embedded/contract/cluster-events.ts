/** What happens in a cluster, for those who listen. Events that nobody wants are not made. */
import type { LogFields, Logger } from '../../platform/logger'
import type { LoggedRequest } from './logged-request'

/** Events by their names, with what is told. All of it can be copied from one thread to another. */
export interface BrokerEvents {
  /** It has leaders from here on. Internal topics are told as well. */
  readonly topicCreated: { readonly topic: string; readonly partitions: number }
  readonly topicDeleted: { readonly topic: string }
  /** Records of a partition were written. */
  readonly produce: ProduceEvent
  /** A group has committed how far it has read of a partition. */
  readonly commit: CommitEvent
  /** A member has joined, or joined anew as in every rebalance. */
  readonly join: JoinEvent
  /** A member is none any more: it said so, its session or its connection ended, or it did not join again. */
  readonly leave: LeaveEvent
  /** A request was answered with an error, by the broker or by a fault. */
  readonly error: ErrorEvent
  /** Members have to join again. */
  readonly groupRebalance: { readonly group: string; readonly generation: number; readonly reason: string }
  /** Members have their partitions. */
  readonly groupStable: { readonly group: string; readonly generation: number; readonly members: number }
  readonly groupEmpty: { readonly group: string; readonly generation: number }
  /** A connection has asked for the first time; it says by then who it is. */
  readonly connect: ConnectionEvent
  readonly disconnect: ConnectionEvent
  /** One was answered, or never will be. */
  readonly request: LoggedRequest
  /** A client has pushed its metrics (with `odradek.client.telemetry`): how many, in how many bytes. */
  readonly clientMetrics: ClientMetricsEvent
  /** A fault befell a request. */
  readonly fault: FaultEvent
}

export interface ProduceEvent {
  readonly topic: string
  readonly partition: number
  /** That of the first; null where the client wants no acknowledgement. */
  readonly offset: number | null
  /** How many. */
  readonly records: number
  /** Null where the test itself wrote them. */
  readonly clientId: string | null
  readonly transactionalId: string | null
}

export interface CommitEvent {
  readonly group: string
  /** Empty where the group has no members. */
  readonly memberId: string
  readonly clientId: string | null
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Where it is committed in a transaction: it counts once that is committed. */
  readonly transactionalId: string | null
}

export interface JoinEvent {
  readonly group: string
  readonly memberId: string
  readonly clientId: string | null
  readonly generation: number
}

export interface LeaveEvent {
  readonly group: string
  readonly memberId: string
  readonly reason: string
}

export interface ErrorEvent {
  /** Kafka's name of the API. */
  readonly api: string
  readonly clientId: string | null
  /** All that stand in the answer. */
  readonly errors: readonly string[]
}

export interface ConnectionEvent {
  readonly clientId: string | null
  readonly host: string
  /** At the client's end. */
  readonly port: number
}

export interface ClientMetricsEvent {
  readonly client: string | null
  /** As Kafka's tools write it. */
  readonly instance: string
  readonly bytes: number
  readonly metrics: number
  /** The client is about to close. */
  readonly terminating: boolean
}

export interface FaultEvent {
  /** Kafka's name of the API. */
  readonly api: string
  readonly clientId: string | null
  /** What the fault does: `error`, `delay`, `drop` ... */
  readonly does: string
}

export type EventName = keyof BrokerEvents
export type ToldEvent = { [N in EventName]: { readonly name: N; readonly what: BrokerEvents[N] } }[EventName]

const known: Record<EventName, true> = {
  topicCreated: true,
  topicDeleted: true,
  produce: true,
  commit: true,
  join: true,
  leave: true,
  error: true,
  groupRebalance: true,
  groupStable: true,
  groupEmpty: true,
  connect: true,
  disconnect: true,
  request: true,
  clientMetrics: true,
  fault: true,
}
export const eventNames = Object.keys(known) as readonly EventName[]

/** Lines of the log that are events as well, whether or not they are written. */
const logged: { readonly [line: string]: (fields: LogFields) => ToldEvent } = {
  'group.rebalance': fields => told('groupRebalance', fields),
  'group.stable': fields => told('groupStable', fields),
  'group.empty': fields => told('groupEmpty', fields),
  'client.metrics': fields => told('clientMetrics', fields),
  'group.member.left': ({ reason, ...fields }) => left(fields, reason),
  'group.member.expelled': ({ why, ...fields }) => left(fields, why),
  'group.member.absent': fields => left(fields, 'it did not join again'),
}

const told = (name: EventName, fields: LogFields): ToldEvent => ({ name, what: { ...fields } }) as unknown as ToldEvent
const left = ({ group, member: memberId }: LogFields, reason: unknown): ToldEvent =>
  told('leave', { group, memberId, reason } as LogFields)

export class ClusterEvents {
  #wanted: ReadonlySet<EventName> = new Set()
  #tell: (event: ToldEvent) => void = () => {}

  /** From here on these are told, and no others. */
  listen(names: readonly EventName[], tell: (event: ToldEvent) => void): void {
    this.#wanted = new Set(names)
    this.#tell = tell
  }

  wants(name: EventName): boolean {
    return this.#wanted.has(name)
  }

  tell<N extends EventName>(name: N, what: BrokerEvents[N]): void {
    if (this.#wanted.has(name)) this.#tell({ name, what } as unknown as ToldEvent)
  }

  /** A logger that writes as the one it is given, and lets lines that are events be heard. */
  hearing(logger: Logger): Logger {
    return {
      get level() {
        return logger.level
      },
      set level(least) {
        logger.level = least
      },
      debug: logger.debug,
      info: (line, fields) => {
        const event = this.#wanted.size > 0 ? logged[line]?.(fields ?? {}) : undefined
        if (event) this.tell(event.name, event.what as never)
        logger.info(line, fields)
      },
      warn: logger.warn,
      error: logger.error,
    }
  }
}
