/** What happens in a cluster, for those who listen. Events that nobody wants are not made. */
import type { Logger } from '../platform/logger'
import type { LoggedRequest } from './logged-request'

/** Events by their names, with what is told. All of it can be copied from one thread to another. */
export interface BrokerEvents {
  /** It has leaders from here on. Internal topics are told as well. */
  readonly topicCreated: { readonly topic: string; readonly partitions: number }
  readonly topicDeleted: { readonly topic: string }
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
const logged: { readonly [line: string]: EventName } = {
  'group.rebalance': 'groupRebalance',
  'group.stable': 'groupStable',
  'group.empty': 'groupEmpty',
  'client.metrics': 'clientMetrics',
}

export class ClusterEvents {
  #wanted: ReadonlySet<EventName> = new Set()
  #tell: (event: ToldEvent) => void = () => {}

  /** From here on these are told, and no others. */
  listen(names: readonly EventName[], tell: (event: ToldEvent) => void): void {
    this.#wanted = new Set(names)
    this.#tell = tell
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
        const name = logged[line]
        if (name !== undefined) this.tell(name, { ...fields } as never)
        logger.info(line, fields)
      },
      warn: logger.warn,
      error: logger.error,
    }
  }
}
