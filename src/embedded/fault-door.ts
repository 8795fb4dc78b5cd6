/** `broker.faults`: how a test asks for what goes wrong. */
import type { ErrorName } from '../protocol/errors'
import type { Command, Fault, FaultEffect, Gives, Happening, Takes } from './commands'
import { durationMs } from './duration'
import { type Apis, faultFrom, type FaultOptions, faultOf, type FaultSpec } from './fault-spec'

/** A fault that is in force. */
export interface FaultHandle extends AsyncDisposable {
  lift(): Promise<void>
  /** How many requests it has befallen. */
  hits(): Promise<number>
}

export type Ask = <C extends Command>(command: C, argument: Takes<C>) => Promise<Gives<C>>

/** What coordinators are asked, by what they coordinate. */
const coordinated = {
  group: ['JoinGroup', 'SyncGroup', 'Heartbeat', 'LeaveGroup', 'OffsetCommit', 'OffsetFetch', 'DescribeGroups'],
  transaction: ['InitProducerId', 'AddPartitionsToTxn', 'AddOffsetsToTxn', 'EndTxn'],
} as const

type CoordinatorError = 'COORDINATOR_LOAD_IN_PROGRESS' | 'COORDINATOR_NOT_AVAILABLE' | 'NOT_COORDINATOR'

/** In which answers Kafka says so: one that loads takes heartbeats for granted, and where it is can be told meanwhile. */
export function coordinatorApis(of: keyof typeof coordinated, error: CoordinatorError): string[] {
  if (error === 'COORDINATOR_NOT_AVAILABLE') return ['FindCoordinator', ...coordinated[of]]
  return coordinated[of].filter(api => api !== 'Heartbeat' || error !== 'COORDINATOR_LOAD_IN_PROGRESS')
}

export class FaultDoor {
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /**
   * Requests are refused with an error of Kafka: of one that names a topic, that topic alone, or that partition, and others
   * are served. With `after`, what was asked has been done all the same. In force when the promise resolves.
   */
  error(apis: Apis, error: ErrorName, options: FaultOptions & { readonly after?: boolean } = {}): Promise<FaultHandle> {
    return this.#add(apis, options, { does: 'error', error, after: options.after ?? false })
  }

  /** They are carried out so much later. Milliseconds, or a text as `2s`. */
  delay(apis: Apis, by: number | string, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.#add(apis, options, { does: 'delay', ms: durationMs(by) })
  }

  /** They are answered at once, and the client has to wait so long before its next, as by a quota. */
  throttle(apis: Apis, by: number | string, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.#add(apis, options, { does: 'throttle', ms: durationMs(by) })
  }

  /** The connection ends instead of an answer. With `after`, what was asked has been done: only the answer is lost. */
  drop(apis: Apis, options: FaultOptions & { readonly after?: boolean } = {}): Promise<FaultHandle> {
    return this.#add(apis, options, { does: 'drop', after: options.after ?? false })
  }

  /** They are answered twice, with the same reply. */
  repeat(apis: Apis, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.#add(apis, options, { does: 'repeat' })
  }

  /** Something happens to the cluster when such a request comes, before it is served: see the methods of these names. */
  when(apis: Apis, happens: Happening, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.#add(apis, options, { does: happens })
  }

  /** The coordinator of groups, or of transactions, refuses everything that only it can do. */
  coordinator(of: keyof typeof coordinated, error: CoordinatorError, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.error(coordinatorApis(of, error), error, options)
  }

  /** All faults of a failure, as of one of `standardFailures`. */
  async begin({ faults }: { readonly faults: readonly FaultSpec[] }): Promise<FaultHandle> {
    const handles = await Promise.all(faults.map(spec => this.#begin(faultFrom(spec))))
    const lift = async (): Promise<void> => {
      await Promise.all(handles.map(handle => handle.lift()))
    }
    const hits = async (): Promise<number> => {
      return (await Promise.all(handles.map(handle => handle.hits()))).reduce((sum, count) => sum + count, 0)
    }
    return { lift, hits, [Symbol.asyncDispose]: lift }
  }

  /**
   * There is no room on the disk: what writes is refused, what reads goes on. There is again when it is lifted. With some
   * APIs, there is none while these are served.
   */
  async diskFull(apis?: Apis, options: FaultOptions = {}): Promise<FaultHandle> {
    if (apis !== undefined) return this.#add(apis, options, { does: 'diskFull' })
    await this.#ask('fillDisk', true)
    const lift = async (): Promise<void> => {
      await this.#ask('fillDisk', false)
    }
    return { lift, hits: async () => 0, [Symbol.asyncDispose]: lift }
  }

  /** Members have to join again, with what they have: of a group, or of all. Gives how many groups. */
  rebalance(group?: string): Promise<number> {
    return this.#happen('rebalance', group)
  }

  /** Its members are none any more, as when their sessions have run out. Gives how many groups. */
  evict(group?: string): Promise<number> {
    return this.#happen('evict', group)
  }

  /** Another producer has begun with the transactional id: who had it is fenced. */
  async fence(transactionalId: string): Promise<void> {
    await this.#happen('fence', transactionalId)
  }

  /** Ends all connections at once, and gives how many there were. */
  disconnectAll(): Promise<number> {
    return this.#happen('disconnectAll')
  }

  /** Lifts all. */
  async clear(): Promise<void> {
    await this.#ask('clearFaults', null)
    await this.#ask('fillDisk', false)
  }

  #happen(what: Happening, to?: string): Promise<number> {
    return this.#ask('happen', { what, to: to ?? null })
  }

  #add(apis: Apis, options: FaultOptions, effect: FaultEffect): Promise<FaultHandle> {
    return this.#begin(faultOf(apis, options, effect))
  }

  async #begin(fault: Fault): Promise<FaultHandle> {
    const id = await this.#ask('addFault', fault)
    const lift = async (): Promise<void> => {
      await this.#ask('liftFault', id)
    }
    return { lift, hits: () => this.#ask('faultHits', id), [Symbol.asyncDispose]: lift }
  }
}
