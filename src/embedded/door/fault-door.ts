/** `broker.faults`: how a test asks for what goes wrong. */
import type { ApiName } from '../contract/api-names'
import {
  BrokerError,
  type Command,
  type Fault,
  type FaultEffect,
  type Gives,
  type Happening,
  type Takes,
} from '../contract/commands'
import type { Decide } from './deciders'
import { durationMs } from '../contract/duration'
import {
  type Apis,
  type FaultError,
  decidedOptions,
  type DecidedOptions,
  faultFrom,
  type FaultOptions,
  faultOptions,
  faultOf,
  type FaultSpec,
  happeningFrom,
  type LateFaultOptions,
  lateFaultOptions,
  nodeKind,
} from './fault-spec'
import { anyFunction, isObject, kind, oneOf, some, text, wholeNumber } from '../contract/kinds'
import type { BrokerNode } from './node-handle'

/** A fault that is in force. */
export interface FaultHandle extends AsyncDisposable {
  lift(): Promise<void>
  /** How many requests it has befallen. */
  hits(): Promise<number>
}

export type Ask = <C extends Command>(command: C, argument: Takes<C>) => Promise<Gives<C>>

/** Where the functions are that requests are held against. */
export interface DecidersOf {
  add(decide: Decide): number
  drop(number: number): void
  clear(): void
}

/** Below what clients wait for an answer, and runners for a test. */
const decideMsDefault = 4_000

/** What coordinators are asked, by what they coordinate. */
const coordinated = {
  group: ['JoinGroup', 'SyncGroup', 'Heartbeat', 'LeaveGroup', 'OffsetCommit', 'OffsetFetch', 'DescribeGroups'],
  transaction: ['InitProducerId', 'AddPartitionsToTxn', 'AddOffsetsToTxn', 'EndTxn'],
} as const

const coordinatorErrors = ['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'] as const
type CoordinatorError = (typeof coordinatorErrors)[number]

/** In which answers Kafka says so: one that loads takes heartbeats for granted, and where it is can be told meanwhile. */
export function coordinatorApis(of: keyof typeof coordinated, error: CoordinatorError): ApiName[] {
  if (error === 'COORDINATOR_NOT_AVAILABLE') return ['FindCoordinator', ...coordinated[of]]
  return coordinated[of].filter(api => api !== 'Heartbeat' || error !== 'COORDINATOR_LOAD_IN_PROGRESS')
}

const failureKind = kind('a failure, as those of `standardFailures`', value =>
  Array.isArray(isObject(value) ? value['faults'] : null),
)

export class FaultDoor {
  readonly #ask: Ask
  readonly #nodes: () => readonly BrokerNode[]
  readonly #deciders: DecidersOf
  /** Those that `clear` starts again. */
  readonly #down = new Set<BrokerNode>()

  /** `nodes` are those of the cluster that is asked. */
  constructor(ask: Ask, nodes: () => readonly BrokerNode[], deciders: DecidersOf) {
    this.#ask = ask
    this.#nodes = nodes
    this.#deciders = deciders
  }

  /**
   * Requests are refused with an error of Kafka: of one that names a topic, that topic alone, or that partition, and others
   * are served. With `after`, what was asked has been done all the same. In force when the promise resolves.
   */
  async error(apis: Apis, error: FaultError, options: LateFaultOptions = {}): Promise<FaultHandle> {
    text(error, 'the error of faults.error')
    lateFaultOptions(options, 'faults.error')
    return this.#add('error', apis, options, { does: 'error', error, after: options.after ?? false })
  }

  /** They are carried out so much later. Milliseconds, or a text as `2s`. */
  async delay(apis: Apis, by: number | string, options: FaultOptions = {}): Promise<FaultHandle> {
    faultOptions(options, 'faults.delay')
    return this.#add('delay', apis, options, { does: 'delay', ms: durationMs(by) })
  }

  /** They are answered at once, and the client has to wait so long before its next, as by a quota. */
  async throttle(apis: Apis, by: number | string, options: FaultOptions = {}): Promise<FaultHandle> {
    faultOptions(options, 'faults.throttle')
    return this.#add('throttle', apis, options, { does: 'throttle', ms: durationMs(by) })
  }

  /** The connection ends instead of an answer. With `after`, what was asked has been done: only the answer is lost. */
  async drop(apis: Apis, options: LateFaultOptions = {}): Promise<FaultHandle> {
    lateFaultOptions(options, 'faults.drop')
    return this.#add('drop', apis, options, { does: 'drop', after: options.after ?? false })
  }

  /** They are answered twice, with the same reply. */
  async repeat(apis: Apis, options: FaultOptions = {}): Promise<FaultHandle> {
    faultOptions(options, 'faults.repeat')
    return this.#add('repeat', apis, options, { does: 'repeat' })
  }

  /**
   * A function decides what becomes of such requests: it gives a response, an error by its name, or nothing, which lets the
   * broker serve the request; it may take its time, and others are served meanwhile. One that throws, gives what is no
   * response, or has not answered after `timeoutMs`, has the request refused with UNKNOWN_SERVER_ERROR, and the log says so.
   */
  async on(apis: Apis, decide: Decide, options: DecidedOptions = {}): Promise<FaultHandle> {
    anyFunction(decide, 'the function of faults.on')
    decidedOptions(options, 'faults.on')
    const { timeoutMs = decideMsDefault } = options
    const asks = this.#deciders.add(decide)
    try {
      const handle = await this.#add('on', apis, options, { does: 'ask', asks, timeoutMs })
      const lift = async (): Promise<void> => {
        this.#deciders.drop(asks)
        await handle.lift()
      }
      return { ...handle, lift, [Symbol.asyncDispose]: lift }
    } catch (error) {
      this.#deciders.drop(asks)
      throw error
    }
  }

  /** Something happens to the cluster when such a request comes, before it is served: see the methods of these names. */
  async when(apis: Apis, happens: Happening, options: FaultOptions = {}): Promise<FaultHandle> {
    faultOptions(options, 'faults.when')
    return this.#add('when', apis, options, { does: happeningFrom(happens) })
  }

  /** The coordinator of groups, or of transactions, refuses everything that only it can do. */
  async coordinator(
    of: keyof typeof coordinated,
    error: CoordinatorError,
    options: LateFaultOptions = {},
  ): Promise<FaultHandle> {
    oneOf(...Object.keys(coordinated))(of, 'whose coordinator faults.coordinator is about')
    oneOf(...coordinatorErrors)(error, 'the error of faults.coordinator')
    lateFaultOptions(options, 'faults.coordinator')
    return this.error(coordinatorApis(of, error), error, options)
  }

  /** All faults of a failure, as of one of `standardFailures`. */
  async begin(failure: { readonly faults: readonly FaultSpec[] }): Promise<FaultHandle> {
    failureKind(failure, 'what faults.begin begins')
    const { faults } = failure
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
    faultOptions(options, 'faults.diskFull')
    if (apis !== undefined) return this.#add('diskFull', apis, options, { does: 'diskFull' })
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
    text(transactionalId, 'to whom faults.fence happens')
    await this.#happen('fence', transactionalId)
  }

  /** Ends all connections at once, and gives how many there were. */
  disconnectAll(): Promise<number> {
    return this.#happen('disconnectAll')
  }

  /** As `stop` of one of `nodes`, of which it may be the id. It is there again when it is lifted. */
  async brokerDown(node: number | BrokerNode): Promise<FaultHandle> {
    const found = this.#nodeOf(node, 'brokerDown')
    await found.stop()
    this.#down.add(found)
    const lift = (): Promise<void> => this.#up(found)
    return { lift, hits: async () => 0, [Symbol.asyncDispose]: lift }
  }

  /** As `start` of one of `nodes`. */
  async brokerUp(node: number | BrokerNode): Promise<void> {
    await this.#up(this.#nodeOf(node, 'brokerUp'))
  }

  /** Makes a node lead a partition. If it has no replica, it gets that of the one that led. */
  async moveLeader(topic: string, partition: number, to: number | BrokerNode): Promise<void> {
    text(topic, 'the topic of moveLeader')
    wholeNumber(partition, 'the partition of moveLeader')
    nodeKind(to, 'to whom moveLeader moves')
    await this.#ask('moveLeader', { topic, partition, to: typeof to === 'number' ? to : to.id })
  }

  /** Lifts all. */
  async clear(): Promise<void> {
    await this.#ask('clearFaults', null)
    this.#deciders.clear()
    await this.#ask('fillDisk', false)
    for (const node of this.#down) await this.#up(node)
  }

  /** Throws BrokerError when there is no such node. */
  #nodeOf(node: number | BrokerNode, method: string): BrokerNode {
    nodeKind(node, `the node of faults.${method}`)
    const id = typeof node === 'number' ? node : node.id
    const found = this.#nodes().find(one => one.id === id)
    if (found) return found
    throw new BrokerError(`there is no node ${id}`, 'BROKER_ID_NOT_REGISTERED')
  }

  async #up(node: BrokerNode): Promise<void> {
    this.#down.delete(node)
    await node.start()
  }

  async #happen(what: Happening, to?: string): Promise<number> {
    if (to !== undefined) text(to, `to whom faults.${what} happens`)
    return this.#ask('happen', { what, to: to ?? null })
  }

  #add(method: string, apis: Apis, options: FaultOptions, effect: FaultEffect): Promise<FaultHandle> {
    some(text)(apis, `the API of faults.${method}`)
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
